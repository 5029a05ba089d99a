package sheet

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/thads/thads/internal/thads"
)

// The registers of the records beside cases. A row is one event in the life of
// a record; the columns follow from the fields that its events have, so that a
// field that is added to an event is a column at once.
const (
	Units         Kind = "UNITS"
	Officers      Kind = "OFFICERS"
	Verdicts      Kind = "VERDICTS"
	Directives    Kind = "DIRECTIVES"
	Tasks         Kind = "TASKS"
	DirectedCases Kind = "DIRECTED_CASES"
	Conferences   Kind = "CONFERENCES"
	Targets       Kind = "TARGETS"
)

// RecordKinds are the registers of records beside cases, with their names, in
// an order in which each follows those that its records name (but for tasks,
// which name conferences that name tasks).
func RecordKinds() []thads.Term[Kind] {
	return []thads.Term[Kind]{
		{Value: Units, Name: vi("Sổ đơn vị", "Register of units")},
		{Value: Officers, Name: vi("Sổ công chức", "Register of officers")},
		{Value: Verdicts, Name: vi("Sổ theo dõi bản án hành chính", "Register of administrative verdicts")},
		{Value: Directives, Name: vi("Sổ văn bản chỉ đạo", "Register of directives")},
		{Value: Tasks, Name: vi("Sổ nhiệm vụ", "Register of tasks")},
		{Value: DirectedCases, Name: vi("Sổ vụ việc thuộc diện chỉ đạo", "Register of directed cases")},
		{Value: Conferences, Name: vi("Sổ hội nghị", "Register of conferences")},
		{Value: Targets, Name: vi("Sổ chỉ tiêu", "Register of targets")},
	}
}

// IsRecords tells whether a register is one of records beside cases.
func (k Kind) IsRecords() bool {
	return slices.ContainsFunc(RecordKinds(), func(t thads.Term[Kind]) bool { return t.Value == k })
}

// A RefKind is the kind of record that a place in an event names.
type RefKind string

// The kinds of records that events name.
const (
	RefUnit       RefKind = "UNIT"
	RefOfficer    RefKind = "OFFICER"
	RefCase       RefKind = "CASE"
	RefDirective  RefKind = "DIRECTIVE"
	RefTask       RefKind = "TASK"
	RefConference RefKind = "CONFERENCE"
)

// refOf tells which kind of record a type of id names.
func refOf(t reflect.Type) RefKind {
	switch t {
	case reflect.TypeFor[thads.UnitID]():
		return RefUnit
	case reflect.TypeFor[thads.OfficerID]():
		return RefOfficer
	case reflect.TypeFor[thads.CaseID]():
		return RefCase
	case reflect.TypeFor[thads.DirectiveID]():
		return RefDirective
	case reflect.TypeFor[thads.TaskID]():
		return RefTask
	case reflect.TypeFor[thads.ConferenceID]():
		return RefConference
	}
	return ""
}

// wordsOf returns the names of the values of an enumeration, nil for a type that
// is none.
func wordsOf(t reflect.Type) *vocabulary {
	switch t {
	case reflect.TypeFor[thads.UnitLevel]():
		return vocabularyOf(termsOf(thads.UnitLevels(), func(s *thads.UnitLevelSpec) (thads.UnitLevel, thads.Text) { return s.Level, s.Name }), nil)
	case reflect.TypeFor[thads.OfficerRank]():
		return vocabularyOf(thads.OfficerRanks(), nil)
	case reflect.TypeFor[thads.OfficerPosition]():
		return vocabularyOf(thads.OfficerPositions(), nil)
	case reflect.TypeFor[thads.VerdictCategory]():
		return vocabularyOf(termsOf(thads.VerdictCategories(), func(s *thads.VerdictCategorySpec) (thads.VerdictCategory, thads.Text) { return s.Category, s.Name }), nil)
	case reflect.TypeFor[thads.DirectiveType]():
		return vocabularyOf(thads.DirectiveTypes(), nil)
	case reflect.TypeFor[thads.SecurityClass]():
		return vocabularyOf(thads.SecurityClasses(), nil)
	case reflect.TypeFor[thads.ConferenceKind]():
		return vocabularyOf(thads.ConferenceKinds(), nil)
	case reflect.TypeFor[thads.DaySession]():
		return vocabularyOf(thads.DaySessions(), nil)
	case reflect.TypeFor[thads.TargetIssuer]():
		return vocabularyOf(thads.TargetIssuers(), nil)
	case reflect.TypeFor[thads.TargetReach]():
		return vocabularyOf(thads.TargetReaches(), nil)
	case reflect.TypeFor[thads.Operator]():
		return vocabularyOf(thads.Operators(), nil)
	case reflect.TypeFor[thads.Metric]():
		return vocabularyOf(termsOf(thads.Metrics(), func(s *thads.MetricSpec) (thads.Metric, thads.Text) { return s.Metric, s.Name }), nil)
	case reflect.TypeFor[thads.QuantityUnit]():
		terms := slices.Clone(thads.QuantityUnits())
		for i := range terms {
			if terms[i].Name.VI == "" {
				terms[i].Name = vi("không đơn vị", "none") // a cell must say something
			}
		}
		v := vocabularyOf(terms, nil)
		// Signs alone are no words to compare by.
		v.exact["%"] = string(thads.UnitPercent)
		return v
	}
	return nil
}

func termsOf[S any, T ~string](specs []S, term func(*S) (T, thads.Text)) []thads.Term[T] {
	out := make([]thads.Term[T], len(specs))
	for i := range specs {
		out[i].Value, out[i].Name = term(&specs[i])
	}
	return out
}

// A leaf says how the cell of a column and a field of an event become each other.
type leaf int

const (
	leafText leaf = iota
	leafNumber
	leafDate
	leafInt
	leafFlag
	leafWord
	leafRef
	// leafQuantity is the number of a quantity, read in the light of its unit.
	leafQuantity
	// What follows may go on in further rows: lists, several to a cell.
	leafRefs  // one reference a line
	leafLines // one text a line
	leafList  // JSON
)

// flows tells whether the value of a column may need more than one cell.
func (l leaf) flows() bool { return l == leafText || l >= leafRefs }

// The columns that every register has before those of its events' fields.
const (
	recordKey = iota
	recordOn
	recordStep
	recordFields
)

// The codes of these columns.
const (
	codeKey  = "key"
	codeOn   = "effectiveOn"
	codeStep = "kind"
)

// A recordColumn is one column of a register of records.
type recordColumn struct {
	// code is the path by which the domain names the field, "particulars.dueOn".
	code   string
	header string
	leaf   leaf
	// index leads from the event to the field, pointers on the way.
	index []int
	kind  reflect.Type
	ref   RefKind
	words *vocabulary
	// explicit flags say no as well where what they belong to is given.
	explicit bool
	width    float64
	format   format
}

// A RecordRegister is the columns of the register of one kind of record.
type RecordRegister struct {
	kind    Kind
	event   reflect.Type
	columns []recordColumn
	// headers finds a column by the key of a header, byCode by its code.
	headers, byCode map[string]int
	steps           []recordStepSpec
}

// A recordStepSpec is a kind of event: what it is called, the fields that it
// may have, and whether it can be the first of a record.
type recordStepSpec struct {
	kind   string
	name   thads.Text
	fields []string
	opens  bool
}

// NewRecordRegister returns the columns of a kind of record; nil for a kind of
// register that is none of RecordKinds.
func NewRecordRegister(k Kind) *RecordRegister {
	switch k {
	case Units:
		return newRecordRegister[thads.UnitEvent](k, thads.UnitEventSpecs(), thads.UnitRules())
	case Officers:
		return newRecordRegister[thads.OfficerEvent](k, thads.OfficerEventSpecs(), thads.OfficerRules())
	case Verdicts:
		return newRecordRegister[thads.VerdictEvent](k, thads.VerdictEventSpecs(), thads.VerdictRules())
	case Directives:
		return newRecordRegister[thads.DirectiveEvent](k, thads.DirectiveEventSpecs(), thads.DirectiveRules())
	case Tasks:
		return newRecordRegister[thads.TaskEvent](k, thads.TaskEventSpecs(), thads.TaskRules())
	case DirectedCases:
		return newRecordRegister[thads.DirectedCaseEvent](k, thads.DirectedCaseEventSpecs(), thads.DirectedCaseRules())
	case Conferences:
		return newRecordRegister[thads.ConferenceEvent](k, thads.ConferenceEventSpecs(), thads.ConferenceRules())
	case Targets:
		return newRecordRegister[thads.TargetEvent](k, thads.TargetEventSpecs(), thads.TargetRules())
	case Cases, CaseEvents:
	}
	return nil
}

func newRecordRegister[E any, K, S ~string](k Kind, specs []thads.EventSpec[K], rules []thads.Rule[K, S]) *RecordRegister {
	r := &RecordRegister{kind: k, event: reflect.TypeFor[E](), headers: map[string]int{}, byCode: map[string]int{}}
	for i := range specs {
		s := &specs[i]
		opens := slices.ContainsFunc(rules, func(rule thads.Rule[K, S]) bool { return rule.Kind == s.Kind && slices.Contains(rule.From, "") })
		// The event that takes another back is no step of a life.
		if !slices.ContainsFunc(rules, func(rule thads.Rule[K, S]) bool { return rule.Kind == s.Kind }) {
			continue
		}
		r.steps = append(r.steps, recordStepSpec{
			kind: string(s.Kind), name: s.Name, opens: opens, fields: append(slices.Concat(s.Required, s.Optional), "note"),
		})
	}
	steps := newVocabulary()
	for _, s := range r.steps {
		for _, name := range []string{s.name.VI, s.name.EN, s.kind} {
			steps.add(name, s.kind)
		}
		steps.names = append(steps.names, s.name.VI)
		steps.label[s.kind] = s.name.VI
	}
	r.columns = []recordColumn{
		recordKey:  {code: codeKey, header: recordKeyHeader(k), width: 34},
		recordOn:   {code: codeOn, header: "Ngày hiệu lực (dd/MM/yyyy)", leaf: leafDate, width: 14, format: formatDate},
		recordStep: {code: codeStep, header: "Diễn biến", leaf: leafWord, words: steps, width: 30},
	}
	r.collect(r.event, "", nil)
	for i := range r.columns {
		c := &r.columns[i]
		if c.words != nil {
			c.words.settle()
		}
		r.headers[headerKey(c.header)], r.byCode[c.code] = i, i
	}
	return r
}

// settle lets every value be written by a name that is read as that value: by
// its code where another value has the same name.
func (v *vocabulary) settle() {
	for value, label := range v.label {
		if got, ok := v.find(label); !ok || got != value {
			v.label[value] = value
			v.exact[exactKey(value)] = value
		}
	}
}

// recordKeyHeader is the header of the column that names the record. It tells
// registers apart.
func recordKeyHeader(k Kind) string {
	switch k {
	case Units:
		return "Hồ sơ đơn vị"
	case Officers:
		return "Hồ sơ công chức"
	case Verdicts:
		return "Hồ sơ bản án hành chính"
	case Directives:
		return "Hồ sơ văn bản chỉ đạo"
	case Tasks:
		return "Hồ sơ nhiệm vụ"
	case DirectedCases:
		return "Hồ sơ vụ việc chỉ đạo"
	case Conferences:
		return "Hồ sơ hội nghị"
	case Targets:
		return "Hồ sơ chỉ tiêu"
	default:
		return "Mã hồ sơ"
	}
}

// derived are the fields that recording itself fills in.
func derived(k Kind, code string) bool {
	switch k {
	case Verdicts:
		return code == "unit" || code == "officer"
	case DirectedCases:
		return code == "unit"
	default:
		return false
	}
}

// collect adds the columns of a struct's fields.
func (r *RecordRegister) collect(t reflect.Type, at string, index []int) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous || at == "" && f.Name == "Kind" {
			continue // what every event carries
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		code := strings.TrimPrefix(at+"."+name, ".")
		if derived(r.kind, code) {
			continue
		}
		c := recordColumn{code: code, index: append(slices.Clone(index), i), kind: f.Type, header: recordHeader(r.kind, code)}
		inner := f.Type
		if inner.Kind() == reflect.Pointer && inner.Elem().Kind() == reflect.Struct {
			inner = inner.Elem()
		}
		switch {
		case inner == reflect.TypeFor[thads.DocumentNumber]():
			c.leaf, c.width = leafNumber, 20
		case inner == reflect.TypeFor[thads.Quantity]():
			c.leaf, c.width = leafQuantity, formatDong.width() // as wide as the longest number
			unit, _ := inner.FieldByName("Unit")
			r.columns = append(r.columns, c, recordColumn{
				code: code + ".unit", header: recordHeader(r.kind, code+".unit"), leaf: leafWord, width: 12,
				index: append(slices.Clone(c.index), unit.Index...), kind: unit.Type, words: wordsOf(unit.Type),
			})
			continue
		case inner.Kind() == reflect.Struct:
			r.collect(inner, code, c.index)
			continue
		default:
			c.shape(!strings.Contains(options, "omitzero"))
		}
		r.columns = append(r.columns, c)
	}
}

// shape finds how a field of a simple type or a list is read and written.
func (c *recordColumn) shape(always bool) {
	t := c.kind
	switch {
	case t == reflect.TypeFor[thads.Date]():
		c.leaf, c.width, c.format = leafDate, 14, formatDate
	case refOf(t) != "":
		c.leaf, c.width, c.ref = leafRef, 26, refOf(t)
	case t.Kind() == reflect.String:
		c.width = 30
		if c.words = wordsOf(t); c.words != nil {
			c.leaf, c.width = leafWord, 22
		}
	case t.Kind() == reflect.Bool:
		c.leaf, c.width, c.explicit = leafFlag, 10, always
	case t.Kind() == reflect.Slice && refOf(t.Elem()) != "":
		c.leaf, c.width, c.ref = leafRefs, 26, refOf(t.Elem())
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.String:
		c.leaf, c.width = leafLines, 40
	case t.Kind() == reflect.Slice:
		c.leaf, c.width = leafList, 40
	default:
		c.leaf, c.width, c.format = leafInt, 10, formatYear
	}
}

// step returns the kind of event; nil where there is none.
func (r *RecordRegister) step(kind string) *recordStepSpec {
	for i := range r.steps {
		if r.steps[i].kind == kind {
			return &r.steps[i]
		}
	}
	return nil
}

// has tells whether the kind of event has the field that a column belongs to.
func (s *recordStepSpec) has(code string) bool {
	top, _, _ := strings.Cut(code, ".")
	return slices.Contains(s.fields, top)
}

// column finds the column of a field that the domain names; the first within
// it, or the one that it is within. It is -1 where there is none.
func (r *RecordRegister) column(field []string) int {
	path := strings.Join(field, ".")
	best, most := -1, -1
	for i := range r.columns {
		code := r.columns[i].code
		switch {
		case code == path:
			return i
		case strings.HasPrefix(path, code+".") && len(code) > most:
			best, most = i, len(code)
		case path != "" && strings.HasPrefix(code, path+".") && best < 0:
			best, most = i, 0
		}
	}
	return best
}

// Kind returns the kind of register.
func (r *RecordRegister) Kind() Kind { return r.kind }

// fields describes the columns for mappings.
func (r *RecordRegister) fields() []Field {
	out := make([]Field, len(r.columns))
	for i := range r.columns {
		c := &r.columns[i]
		out[i] = Field{Code: c.code, Header: c.header, Required: i == recordStep, Help: c.help()}
		if c.words != nil {
			out[i].Choices = c.words.names
		}
	}
	return out
}

// known returns the code of the column that has the header; "" where none.
func (r *RecordRegister) known(title string) string {
	if i, ok := r.headers[headerKey(title)]; ok {
		return r.columns[i].code
	}
	return ""
}

// recognise does the same: headers of records are not guessed at.
func (r *RecordRegister) recognise(title string) string { return r.known(title) }

// parts are the codes of the columns that a column gives: its own.
func (r *RecordRegister) parts(code string) []string { return []string{code} }

// missing are the codes of the columns that a mapping lacks.
func (r *RecordRegister) missing(has func(code string) bool) []string {
	if has(codeStep) {
		return nil
	}
	return []string{codeStep}
}

// checkConstant refuses a constant that its column would not take.
func (r *RecordRegister) checkConstant(b *Book, code, value string) *thads.Error {
	i, known := r.byCode[code]
	switch {
	case !known:
		return thads.Errorf(thads.CodeUnknown, "", "Sổ không có trường %q", "The register has no field %q", clip(code))
	case i == recordKey:
		return thads.Errorf(thads.CodeNotAllowed, "", "Mỗi hồ sơ có mã riêng", "Every record has a key of its own")
	case strings.TrimSpace(value) == "":
		return thads.Errorf(thads.CodeRequired, "", "Thiếu giá trị", "The value is missing")
	}
	v := reading{cell: &Cell{Kind: Text, Text: value}, book: b}
	c := &r.columns[i]
	if c.leaf.flows() {
		if _, err := c.parseFlow(value); err != nil {
			return err
		}
		return nil
	}
	if c.read(&v); v.code != "" {
		return &thads.Error{Code: v.code, Text: v.text}
	}
	return nil
}

// help says what may stand in the column.
func (c *recordColumn) help() thads.Text {
	switch c.leaf {
	case leafDate:
		return vi("Ngày dd/MM/yyyy.", "A date dd/MM/yyyy.")
	case leafInt:
		return vi("Số nguyên.", "A whole number.")
	case leafFlag:
		return vi("Có hoặc để trống.", "“Có” (yes) or empty.")
	case leafQuantity:
		return vi("Số; tỷ lệ tính bằng phần trăm, ví dụ 81,5.", "A number; shares in percent, for example 81,5.")
	case leafWord:
		return vi("Chọn trong danh mục.", "One of the choices.")
	case leafRef:
		return c.ref.help()
	case leafRefs:
		h := c.ref.help()
		return thads.Text{VI: h.VI + " Mỗi dòng trong ô một mục.", EN: h.EN + " One a line."}
	case leafLines:
		return vi("Mỗi dòng trong ô một mục.", "One entry a line.")
	case leafList:
		return vi("Danh sách dạng JSON, như trong tệp đã xuất.", "A list in JSON, as in an exported file.")
	case leafText, leafNumber:
	}
	if c.code == codeKey {
		return vi("Các dòng của một hồ sơ có cùng nội dung cột này và liền nhau.", "The rows of one record have the same text here and follow one another.")
	}
	return vi("Văn bản.", "Text.")
}

func (k RefKind) help() thads.Text {
	switch k {
	case RefUnit:
		return vi("Mã đơn vị.", "The code of the unit.")
	case RefOfficer:
		return vi("Mã công chức.", "The code of the officer.")
	case RefCase:
		return vi("Số quyết định thi hành án | năm thống kê | mã đơn vị ra quyết định.", "Number of the decision | statistical year | code of the unit that issued it.")
	case RefDirective:
		return vi("Số, ký hiệu | ngày | cơ quan ban hành.", "Number | date | issuer.")
	case RefTask, RefConference:
	}
	return vi("Mã hồ sơ như ở cột đầu của sổ tương ứng.", "What stands in the first column of its register.")
}

// A Reference is a place in an event that names another record.
type Reference struct {
	Kind RefKind
	// Field is the path by which the domain names the place,
	// "terms.addressees.0.unit".
	Field string

	value reflect.Value
}

// Get returns what the place holds: an id, or the text of a file.
func (r *Reference) Get() string { return r.value.String() }

// Set puts another name or id in the place.
func (r *Reference) Set(s string) { r.value.SetString(s) }

// References lists the places of an event, given as a pointer, that name
// another record. Empty places are left out.
func (r *RecordRegister) References(event any) []Reference {
	var out []Reference
	v := reflect.ValueOf(event).Elem()
	for i := recordFields; i < len(r.columns); i++ {
		c := &r.columns[i]
		if f, ok := fieldAt(v, c.index); ok && (c.leaf == leafRef || c.leaf == leafRefs || c.leaf == leafList) {
			out = collectReferences(out, f, c.code)
		}
	}
	return out
}

func collectReferences(out []Reference, v reflect.Value, at string) []Reference {
	switch v.Kind() {
	case reflect.String:
		if k := refOf(v.Type()); k != "" && v.String() != "" {
			out = append(out, Reference{Kind: k, Field: at, value: v})
		}
	case reflect.Slice:
		for i := range v.Len() {
			out = collectReferences(out, v.Index(i), at+"."+strconv.Itoa(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
				out = collectReferences(out, v.Field(i), at+"."+name)
			}
		}
	default:
	}
	return out
}

// fieldAt returns a field of an event; false where a pointer on the way is nil.
func fieldAt(v reflect.Value, index []int) (reflect.Value, bool) {
	for _, i := range index {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return v, false
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v, true
}

// makeAt returns a field of an event, with what leads to it.
func makeAt(v reflect.Value, index []int) reflect.Value {
	for _, i := range index {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v
}

// clone returns a deep copy of an event, given as a pointer.
func clone(event any) any { return deepCopy(reflect.ValueOf(event)).Interface() }

func deepCopy(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		out := reflect.New(v.Type().Elem())
		out.Elem().Set(deepCopy(v.Elem()))
		return out
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(deepCopy(v.Index(i)))
		}
		return out
	case reflect.Struct:
		out := reflect.New(v.Type()).Elem()
		out.Set(v)
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				out.Field(i).Set(deepCopy(v.Field(i)))
			}
		}
		return out
	default:
		return v
	}
}

// checkEvent refuses an event of another kind of record: a mistake of the program.
func (r *RecordRegister) checkEvent(event any) error {
	if t := reflect.TypeOf(event); t == nil || t.Kind() != reflect.Pointer || t.Elem() != r.event {
		return fmt.Errorf("sheet: a register of %s has no events of type %T", r.kind, event)
	}
	return nil
}
