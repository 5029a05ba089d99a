package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// This file decides what accepting a record of a register beside cases would do,
// stores it and takes it back. The check and the acceptance both ask it, so that
// they can never disagree.

// recordImporting is one pass over a register of records: by the check, or by
// the acceptance. It is used by one goroutine.
type recordImporting struct {
	app *App
	// by is who began the check or the acceptance, with the rights of then.
	by auth.Principal
	// keys leads the idempotency keys of all that the import records; the ids of
	// new records derive from it.
	keys     string
	now      time.Time
	dir      *Directory
	scope    thads.OpenScope
	register *sheet.RecordRegister
	kind     recordKind

	// What follows grows with the file.

	// ids are those that new records get, by the row in which they begin; named
	// finds one by what other records of the file call it.
	ids   map[int]string
	named map[string]string
	// rowOf is the row in which each number, and each id, occurred first.
	rowOf map[string]int
	// looked remembers what the store has.
	looked map[string]string
	// tree is how units will stand with those of the file; nil for other kinds.
	tree *thads.UnitTree
}

// A recordPlan is what accepting one record would do.
type recordPlan struct {
	entry  *sheet.RecordEntry
	action ImportAction
	// id is the record that is created or there already; "" for bad entries
	// that name none.
	id string
	// doc is the document to be stored, claims the numbers to be taken first; of
	// records that are created.
	doc    *store.Document
	claims []string
	// unit is the code of the unit that holds the record, name what the file calls
	// it, title what it is about and events how many are recorded, for people.
	unit, name, title string
	events            int
	// own tells that this import, or one of the same file and attempt, has made
	// the record before.
	own bool
	// problems are the refusals and warnings, placed in the file. An entry with
	// an error is bad.
	problems []sheet.Problem
}

// recordImportKind is what importing needs of a kind of record.
type recordImportKind interface {
	// names returns what other records of the same file may call the record.
	names(e *sheet.RecordEntry) []string
	// taken tells whether a record with that id was voided, so that a file that
	// names it makes another one.
	taken(ctx context.Context, a *App, id string) (bool, error)
	plan(ctx context.Context, im *recordImporting, e *sheet.RecordEntry) (*recordPlan, error)
	// store stores what was planned and returns how many were created, and the
	// refusals by the index of their plan.
	store(ctx context.Context, a *App, plans []*recordPlan) (created int, refused map[int]error, err error)
	// undo takes a record back; the refusal says why it is left as it is.
	undo(ctx context.Context, a *App, by auth.Principal, keys, reason, id string) (undone bool, refusal error, err error)
	prefix() string
	// unitOf returns the unit that a plan creates, nil for other kinds.
	unitOf(p *recordPlan) *thads.Unit
}

// newRecordImporting prepares a pass over a register. The reader tells its own
// problems elsewhere: this reads it once in silence, to know every record before
// the first one is looked at.
func (a *App) newRecordImporting(ctx context.Context, by auth.Principal, keys string, book *sheet.Book, m *sheet.Mapping) (*recordImporting, error) {
	d, err := a.presentDirectory(ctx)
	if err != nil {
		return nil, err
	}
	scope, err := a.scope(ctx, by, auth.Import)
	if err != nil {
		return nil, err
	}
	kind := recordKindOf(m.Register)
	if kind == nil {
		return nil, thads.Errorf(thads.CodeUnknown, "register", "Không có sổ %q", "There is no register %q", string(m.Register))
	}
	reader, err := sheet.NewRecordReader(book, m, func(sheet.Problem) {})
	if err != nil {
		return nil, err
	}
	im := &recordImporting{
		app: a, by: by, keys: keys, now: a.clock(), dir: d, scope: scope, register: reader.Register(), kind: kind,
		ids: map[int]string{}, named: map[string]string{}, rowOf: map[string]int{}, looked: map[string]string{},
	}
	return im, im.index(ctx, reader)
}

// index gives every record of the file its id.
func (im *recordImporting) index(ctx context.Context, reader *sheet.RecordReader) error {
	for e, err := range reader.Entries() {
		if err != nil {
			// The pass that reports meets the same end.
			return im.stand(ctx, reader)
		}
		id := newID(im.kind.prefix(), auth.System("import").ID, im.keys+strconv.Itoa(e.Row))
		if isRecordID(im.kind.prefix(), e.Key) {
			voided, err := im.kind.taken(ctx, im.app, e.Key)
			if err != nil {
				return err
			}
			if !voided {
				id = e.Key
			}
		}
		im.ids[e.Row] = id
		for _, name := range im.kind.names(e) {
			if _, before := im.named[name]; !before {
				im.named[name] = id
			}
		}
	}
	return im.stand(ctx, reader)
}

// stand makes the tree of units as it will be with those of the file.
func (im *recordImporting) stand(ctx context.Context, reader *sheet.RecordReader) error {
	if im.register.Kind() != sheet.Units {
		return nil
	}
	all := map[thads.UnitID]*thads.Unit{}
	for _, id := range im.dir.Tree.All() {
		all[id] = im.dir.Unit(id)
	}
	for e, err := range reader.Entries() {
		if err != nil {
			break
		}
		p, err := im.kind.plan(ctx, im, e)
		if err != nil {
			return err
		}
		if u := im.kind.unitOf(p); u != nil && all[u.ID] == nil {
			all[u.ID] = u
		}
	}
	var units []*thads.Unit
	for _, u := range all {
		units = append(units, u)
	}
	im.tree = thads.NewUnitTree(units)
	clear(im.rowOf)
	return nil
}

// isRecordID tells whether a key in a file looks like the id of a record.
func isRecordID(prefix, key string) bool {
	rest, ok := strings.CutPrefix(key, prefix+"_")
	if !ok || len(rest) != idEncoding.EncodedLen(16) {
		return false
	}
	_, err := idEncoding.DecodeString(rest)
	return err == nil
}

// A lookup is what names a record: the collection it is in, and the number it
// has claimed or its id.
type lookup struct {
	coll   *store.Collection
	number string
	id     string
}

// lookupOf understands what a file calls a record; false where nothing is called
// so.
func (im *recordImporting) lookupOf(k sheet.RefKind, text string) (lookup, bool) {
	parts := strings.Split(text, strings.TrimSpace(nameParts))
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	byID := func(c *store.Collection, prefix string) (lookup, bool) {
		return lookup{coll: c, id: text}, strings.HasPrefix(text, prefix+"_")
	}
	switch k {
	case sheet.RefUnit:
		if l, is := byID(unitCollection, units.prefix); is {
			return l, true
		}
		return lookup{coll: unitCollection, number: "unit/" + normalCode(text)}, true
	case sheet.RefOfficer:
		if l, is := byID(officerCollection, officers.prefix); is {
			return l, true
		}
		return lookup{coll: officerCollection, number: "officer/" + normalCode(text)}, true
	case sheet.RefDirective:
		if l, is := byID(directiveCollection, directives.prefix); is {
			return l, true
		}
		if len(parts) != 3 {
			return lookup{}, false
		}
		var d thads.Directive
		d.Number, d.Issuer = thads.ParseDocumentNumber(parts[0]), thads.NormalizeName(parts[2])
		on, err := thads.ParseVietnameseDate(parts[1])
		if year, failed := strconv.Atoi(parts[1]); failed == nil && year >= 1900 && year <= 2200 {
			on, err = thads.DateOf(year, 1, 1), nil
		}
		if d.Date = on; err != nil {
			return lookup{}, false
		}
		return lookup{coll: directiveCollection, number: directiveClaims(&d)[0]}, true
	case sheet.RefCase:
		if l, is := byID(caseCollection, cases.prefix); is {
			return l, true
		}
		if len(parts) != 3 {
			return lookup{}, false
		}
		year, err := strconv.Atoi(parts[1])
		unit, known := im.dir.Tree.ByCode(parts[2])
		if err != nil || !known {
			return lookup{}, false
		}
		return lookup{coll: caseCollection, number: thads.DecisionKey(unit.ID, thads.ParseDocumentNumber(parts[0]), thads.StatYear(year))}, true
	case sheet.RefTask:
		return byID(taskCollection, tasks.prefix)
	case sheet.RefConference:
		return byID(conferenceCollection, conferences.prefix)
	}
	return lookup{}, false
}

// find returns the id of the record that a file names, "" where there is none.
// later tells that it is to be brought in by another file.
func (im *recordImporting) find(ctx context.Context, k sheet.RefKind, text string) (id string, later bool, err error) {
	l, understood := im.lookupOf(k, text)
	if !understood {
		return "", false, nil
	}
	name := cmp.Or(l.number, l.id)
	if id, known := im.looked[name]; known {
		return id, id == text && l.id != "" && im.isLater(k, id), nil
	}
	if id, err = im.inStore(ctx, l); err != nil {
		return "", false, err
	}
	if id == "" {
		id = im.named[name]
	}
	if id == "" && im.comesLater(k) && isRecordID(conferences.prefix, l.id) {
		id, later = l.id, true
		im.looked["later/"+id] = id
	}
	im.looked[name] = id
	return id, later, nil
}

// comesLater tells whether records of a kind may be brought in after those that
// name them: tasks name the conference that concluded them, and its conclusion
// names them.
func (im *recordImporting) comesLater(k sheet.RefKind) bool {
	return im.register.Kind() == sheet.Tasks && k == sheet.RefConference
}

func (im *recordImporting) isLater(k sheet.RefKind, id string) bool {
	return im.comesLater(k) && im.looked["later/"+id] != ""
}

// inStore returns the id of a record that the store has and the principal may see.
func (im *recordImporting) inStore(ctx context.Context, l lookup) (string, error) {
	id := l.id
	if id == "" {
		c, _, err := im.app.readClaim(ctx, l.number)
		if err != nil || c.Owner == "" || c.Collection != l.coll.Name {
			return "", err
		}
		for _, n := range nouns() {
			if n.collection() == l.coll {
				held, err := n.holds()(ctx, im.app, c.Owner, l.number)
				if err != nil || !held {
					return "", err
				}
			}
		}
		id = c.Owner
	}
	heads, err := im.app.store.Heads(ctx, l.coll, im.scope, id)
	if err != nil || len(heads) == 0 {
		return "", unavailable(err)
	}
	return id, nil
}

// plan decides about a record.
func (im *recordImporting) plan(ctx context.Context, e *sheet.RecordEntry) (*recordPlan, error) {
	p, err := im.kind.plan(ctx, im, e)
	if err != nil {
		return nil, err
	}
	if p.isBad() {
		p.action, p.doc, p.claims, p.events = ActionBad, nil, nil, 0
	}
	if slices.ContainsFunc(p.problems, func(q sheet.Problem) bool { return q.Code == thads.CodeClassified }) {
		p.name, p.title = "", "" // nothing of such a document is kept
	}
	return p, nil
}

// isBad tells whether something keeps the record from being accepted.
func (p *recordPlan) isBad() bool {
	return p.entry.Failed || slices.ContainsFunc(p.problems, func(q sheet.Problem) bool { return q.Severity == sheet.Error })
}

// refuse places refusals of an event in the file; a fault is returned.
func (p *recordPlan) refuse(event int, err error) error {
	if err == nil {
		return nil
	}
	if isFault(err) {
		return err
	}
	es, _ := thads.Refusals(err)
	for _, e := range es {
		p.problems = append(p.problems, p.entry.Problem(event, e))
	}
	return nil
}

// warn places a warning about an event.
func (p *recordPlan) warn(event int, e *thads.Error) {
	q := p.entry.Problem(event, e)
	q.Severity = sheet.Warning
	p.problems = append(p.problems, q)
}

// resolve copies the events of a plan with ids in the place of what the file
// calls other records; nil where one was not found.
func (im *recordImporting) resolve(ctx context.Context, p *recordPlan) ([]any, error) {
	all := true
	events := make([]any, len(p.entry.Events))
	for i := range p.entry.Events {
		event, err := im.register.Clone(p.entry.Events[i].Event)
		if err != nil {
			return nil, err
		}
		events[i] = event
		for _, ref := range im.register.References(event) {
			text := ref.Get()
			id, later, err := im.find(ctx, ref.Kind, text)
			switch {
			case err != nil:
				return nil, err
			case id == "":
				all = false
				p.problems = append(p.problems, p.entry.Problem(i, thads.Errorf(thads.CodeUnknown, ref.Field,
					"Không có %[1]s “%[3]s”, hoặc không có quyền xem", "There is no %[2]s “%[3]s”, or none that you may see",
					refName(ref.Kind).VI, refName(ref.Kind).EN, text)))
				continue
			case later:
				p.warn(i, thads.Errorf(thads.CodeUnknown, ref.Field,
					"Chưa có hội nghị “%[1]s”; nhiệm vụ sẽ gắn với hội nghị khi nhập sổ hội nghị", "There is no conference “%[1]s” yet; the task will belong to it once the register of conferences is imported", text))
			}
			ref.Set(id)
		}
	}
	if !all {
		return nil, nil
	}
	return events, nil
}

func refName(k sheet.RefKind) thads.Text {
	switch k {
	case sheet.RefUnit:
		return thads.Text{VI: "đơn vị", EN: "unit"}
	case sheet.RefOfficer:
		return thads.Text{VI: "công chức", EN: "officer"}
	case sheet.RefCase:
		return thads.Text{VI: "việc thi hành án", EN: "case"}
	case sheet.RefDirective:
		return thads.Text{VI: "văn bản chỉ đạo", EN: "directive"}
	case sheet.RefTask:
		return thads.Text{VI: "nhiệm vụ", EN: "task"}
	case sheet.RefConference:
		return thads.Text{VI: "hội nghị", EN: "conference"}
	}
	return thads.Text{VI: "bản ghi", EN: "record"}
}

// checkDates refuses units and officers that did not work on the day of the event
// that names them. Those that units name are the tree's to judge.
func (im *recordImporting) checkDates(p *recordPlan, event int, value any, on thads.Date) error {
	var es thads.Errors
	for _, ref := range im.register.References(value) {
		switch {
		case im.register.Kind() == sheet.Units:
		case ref.Kind == sheet.RefUnit:
			im.dir.checkUnit(&es, ref.Field, thads.UnitID(ref.Get()), on)
		case ref.Kind == sheet.RefOfficer:
			im.dir.checkOfficer(&es, ref.Field, thads.OfficerID(ref.Get()), on)
		}
	}
	return p.refuse(event, es.Err())
}

func (r *recordNoun[S, E, F, O]) prefix() string { return r.noun.prefix }

func (r *recordNoun[S, E, F, O]) taken(ctx context.Context, a *App, id string) (bool, error) {
	h, err := r.noun.get(ctx, a, thads.Everything(), id)
	return h != nil && r.voided(h.state), err
}

// names returns the key, if it is an id, and the number that the first event
// gives the record.
func (r *recordNoun[S, E, F, O]) names(e *sheet.RecordEntry) []string {
	var out []string
	if isRecordID(r.noun.prefix, e.Key) {
		out = append(out, e.Key)
	}
	if len(e.Events) == 0 {
		return out
	}
	switch first := e.Events[0].Event.(type) {
	case *thads.UnitEvent:
		if first.Code != "" {
			out = append(out, "unit/"+normalCode(first.Code))
		}
	case *thads.DirectiveEvent:
		if first.Document != nil {
			d := thads.Directive{DirectiveDocument: *first.Document}
			d.Issuer = thads.NormalizeName(d.Issuer)
			out = append(out, directiveClaims(&d)...)
		}
	}
	return out
}

func (r *recordNoun[S, E, F, O]) unitOf(p *recordPlan) *thads.Unit {
	if p.doc == nil {
		return nil
	}
	s, err := r.noun.decode(p.doc)
	if err != nil {
		return nil
	}
	u, _ := any(s).(*thads.Unit)
	return u
}

// plan decides about a record of this kind.
func (r *recordNoun[S, E, F, O]) plan(ctx context.Context, im *recordImporting, e *sheet.RecordEntry) (*recordPlan, error) {
	p := &recordPlan{entry: e, action: ActionBad, name: e.Key, title: e.Describe(r.title)}
	events, err := im.resolve(ctx, p)
	if err != nil || events == nil || e.Failed || len(e.Events) == 0 {
		return p, err
	}
	id := im.ids[e.Row]
	state, err := r.foldEntry(im, p, id, events)
	if err != nil || state == nil {
		return p, err
	}
	held, err := r.existing(ctx, im, p, id, state)
	if err != nil {
		return nil, err
	}
	if first, twice := im.rowOf["id/"+p.id]; twice && first != e.Row {
		return p, p.refuse(0, thads.Errorf(thads.CodeDuplicate, "", "Hồ sơ này đã có ở dòng %d", "Row %d has this record already", first))
	}
	im.rowOf["id/"+p.id] = e.Row
	if held != nil {
		return p, r.compare(im, p, held, state)
	}
	if p.isBad() {
		return p, nil
	}
	if err := r.check(ctx, im, p, state); err != nil || p.isBad() {
		return p, err
	}
	p.action, p.events, p.claims = ActionCreate, len(e.Events), r.noun.claims(state)
	if p.doc, err = r.noun.encode(id, state, 1); err != nil {
		return nil, err
	}
	if err := p.doc.Check(r.noun.coll); errors.Is(err, store.ErrTooLarge) {
		return p, p.refuse(0, tooLarge())
	} else if err != nil {
		return nil, err
	}
	return p, nil
}

// foldEntry carries the events of an entry out; nil where one was refused.
func (r *recordNoun[S, E, F, O]) foldEntry(im *recordImporting, p *recordPlan, id string, events []any) (*S, error) {
	state := r.noun.empty(id)
	for i := range events {
		ev, ok := events[i].(*E)
		if !ok {
			return nil, fmt.Errorf("import: %T is no event of %s", events[i], r.register)
		}
		e := *ev
		rec := r.noun.record(&e)
		*rec = thads.Record{
			EffectiveOn: rec.EffectiveOn, By: im.by.ID, Key: im.keys + strconv.Itoa(p.entry.Events[i].RowNumbers[0]),
			OpenFrom: im.dir.Tree.OpenFrom(im.now, r.noun.touches(state, &e)...),
		}
		next, err := r.noun.add(state, e, im.now)
		if err != nil {
			return nil, p.refuse(i, err)
		}
		state = next
	}
	return state, nil
}

// existing finds the record that is there already, and gives the plan its id, or
// that of the record to be made.
func (r *recordNoun[S, E, F, O]) existing(ctx context.Context, im *recordImporting, p *recordPlan, id string, state *S) (*S, error) {
	p.id = id
	h, err := r.noun.get(ctx, im.app, thads.Everything(), id)
	if err != nil {
		return nil, err
	}
	if h != nil && r.voided(h.state) {
		h = nil
	}
	for _, number := range r.noun.claims(state) {
		if before, twice := im.rowOf[number]; twice && before != p.entry.Row {
			return nil, p.refuse(0, thads.Errorf(thads.CodeDuplicate, r.numberField(), "Trùng với dòng %d của tệp", "The same as in row %d of the file", before))
		}
		im.rowOf[number] = p.entry.Row
		owner, err := im.app.claimOwner(ctx, number)
		if err != nil {
			return nil, err
		}
		if owner == "" || owner == id {
			continue
		}
		other, err := r.noun.get(ctx, im.app, thads.Everything(), owner)
		if err != nil {
			return nil, err
		}
		if other == nil || !slices.Contains(r.noun.claims(other.state), number) {
			continue
		}
		if h != nil {
			return nil, p.refuse(0, r.duplicate())
		}
		h, p.id = other, owner
	}
	if h == nil {
		return nil, nil
	}
	if seen, err := r.noun.get(ctx, im.app, im.scope, p.id); err != nil || seen == nil {
		return nil, errors.Join(err, p.refuse(0, r.duplicate()))
	}
	return h.state, nil
}

// numberField is the field that makes a record unlike others.
func (r *recordNoun[S, E, F, O]) numberField() string { return cmp.Or(r.noun.claimField, r.title) }

func (r *recordNoun[S, E, F, O]) duplicate() *thads.Error {
	return thads.Errorf(thads.CodeDuplicate, r.numberField(), "Số này đã có ở một hồ sơ khác", "Another record has this number")
}

// compare tells whether a record that is there has all that the file says of it.
func (r *recordNoun[S, E, F, O]) compare(im *recordImporting, p *recordPlan, held, state *S) error {
	p.action, p.problems = ActionExisting, nil
	p.own = slices.ContainsFunc(r.noun.events(held), func(e E) bool { return strings.HasPrefix(r.noun.record(&e).Key, im.keys) })
	has := map[string][]*E{}
	for _, e := range r.standing(im.register, held) {
		content, err := im.register.Content(e)
		if err != nil {
			return err
		}
		has[content] = append(has[content], e)
	}
	events := r.noun.events(state)
	for i := range events {
		content, err := im.register.Content(&events[i])
		if err != nil {
			return err
		}
		if same := has[content]; len(same) > 0 {
			has[content] = same[1:]
			continue
		}
		p.action = ActionBad
		return p.refuse(i, thads.Errorf(thads.CodeDuplicate, r.differs(im, has, events, i),
			"Hồ sơ đã có trong hệ thống và không giống dòng này; hãy ghi thêm trong hệ thống hoặc sửa lại tệp",
			"The record is there already and differs from this row; record the change in the system, or correct the file"))
	}
	return nil
}

// differs returns the field in which an event of the file differs from the one of
// its day among those that are there and that no row stands for.
func (r *recordNoun[S, E, F, O]) differs(im *recordImporting, has map[string][]*E, events []E, i int) string {
	for _, content := range slices.Sorted(maps.Keys(has)) {
		for _, e := range has[content] {
			field := im.register.Differs(e, &events[i])
			if field != "" && field != "kind" && r.noun.record(e).EffectiveOn == r.noun.record(&events[i]).EffectiveOn {
				return field
			}
		}
	}
	if i == 0 {
		return r.numberField()
	}
	return "kind"
}

// check refuses a record that does not fit among the others, or that the
// principal may not write.
func (r *recordNoun[S, E, F, O]) check(ctx context.Context, im *recordImporting, p *recordPlan, state *S) error {
	events := r.noun.events(state)
	for i := range events {
		if !im.by.Can(r.noun.right(&events[i])) {
			if err := p.refuse(i, thads.Errorf(thads.CodeForbidden, "kind", "Không có quyền ghi diễn biến này", "You may not record this event")); err != nil {
				return err
			}
		}
		if err := im.checkDates(p, i, &events[i], r.noun.record(&events[i]).EffectiveOn); err != nil {
			return err
		}
		if im.register.Undated(&events[i]) {
			p.warn(i, thads.Errorf(thads.CodeInvalid, "through",
				"Khóa sổ được ghi vào ngày nhập; việc nhập sau đó sẽ tính vào kỳ chưa khóa", "The lock is recorded on the day of the import; what is imported afterwards counts in the period that is open"))
		}
		if err := im.checkItem(ctx, p, i, &events[i]); err != nil {
			return err
		}
	}
	if err := p.refuse(0, r.noun.mayWrite(ctx, im.app, im.by, auth.Import, state)); err != nil {
		return err
	}
	if r.noun.holder != nil {
		if u := im.dir.Unit(r.noun.holder(state)); u != nil {
			p.unit = u.Code
		}
	}
	u, isUnit := any(state).(*thads.Unit)
	if !isUnit || im.tree == nil {
		return nil
	}
	p.unit = u.Code
	refusals, _ := thads.Refusals(im.tree.Check(u))
	for _, e := range refusals {
		if err := p.refuse(eventWith(u, e.Field), e); err != nil {
			return err
		}
	}
	return nil
}

// eventWith returns the index of the last event of a unit that has a field, or 0.
func eventWith(u *thads.Unit, field []string) int {
	at := 0
	for i := range u.Events {
		e := &u.Events[i]
		if len(field) > 0 && (field[0] == "parent" && e.Parent != "" || field[0] == "successors" && len(e.Successors) > 0 || field[0] == "effectiveOn" && e.Kind == thads.UnitClosure) {
			at = i
		}
	}
	return at
}

// checkItem refuses an item that the conclusion of a task's conference does not
// have.
func (im *recordImporting) checkItem(ctx context.Context, p *recordPlan, event int, value any) error {
	e, ok := value.(*thads.TaskEvent)
	if !ok || e.Particulars == nil || e.Particulars.Conference == "" {
		return nil
	}
	id := string(e.Particulars.Conference)
	c, err := conferences.get(ctx, im.app, im.scope, id)
	if err != nil || c == nil && im.isLater(sheet.RefConference, id) {
		return err
	}
	n := &naming{}
	n.conferenceItem("particulars.", c, e.Particulars.Item)
	return p.refuse(event, n.errs.Err())
}

// store stores new records. Those that are there already, because a run before
// this one has stored them, count as created.
func (r *recordNoun[S, E, F, O]) store(ctx context.Context, a *App, plans []*recordPlan) (created int, refused map[int]error, err error) {
	refused = map[int]error{}
	var docs []*store.Document
	for i, p := range plans {
		if err := a.claimAll(ctx, r.noun.coll, p.id, p.claims, r.noun.holdsClaim); err != nil {
			if isFault(err) {
				return created, refused, err
			}
			refused[i] = r.noun.refuseClaim(err)
			continue
		}
		docs = append(docs, p.doc)
	}
	if len(docs) == 0 {
		return 0, refused, nil
	}
	for _, d := range docs {
		if err := a.inTime(d.UpdatedAt); err != nil {
			return created, refused, err
		}
	}
	if _, err := a.store.BulkInsert(ctx, r.noun.coll, docs); err != nil {
		return created, refused, unavailable(err)
	}
	return len(docs), refused, nil
}

// undo voids what an import recorded in a record, the newest first, unless
// something else was recorded there since.
func (r *recordNoun[S, E, F, O]) undo(ctx context.Context, a *App, by auth.Principal, keys, reason, id string) (undone bool, refusal error, err error) {
	for {
		since := a.clock()
		h, err := r.noun.get(ctx, a, thads.Everything(), id)
		if err != nil || h == nil {
			return false, nil, err
		}
		events := r.noun.events(h.state)
		if !slices.ContainsFunc(events, func(e E) bool { return strings.HasPrefix(r.noun.record(&e).Key, keys) }) {
			return false, nil, nil // it was refused when it was to be recorded
		}
		next, refusal, err := r.void(ctx, a, by, keys, reason, h.state)
		if err != nil || refusal != nil {
			return false, refusal, err
		}
		numbers := r.noun.claims(h.state)
		if next != nil {
			if refusal, err := r.mayUndo(ctx, a, by, h.state); err != nil || refusal != nil {
				return false, refusal, err
			}
			doc, err := r.noun.encode(id, next, h.version+1)
			if err != nil {
				return false, nil, err
			}
			if a.inTime(since) != nil {
				continue // a period may have been locked meanwhile
			}
			if err := a.store.Replace(ctx, r.noun.coll, doc); errors.Is(err, store.ErrConflict) {
				continue // somebody has written meanwhile; look again
			} else if err != nil {
				return false, nil, unavailable(err)
			}
		} else {
			numbers = r.claimsBefore(h.state)
		}
		var given []release
		for _, number := range numbers {
			given = append(given, release{number: number, owner: id})
		}
		return true, nil, a.releaseClaims(ctx, given)
	}
}

// mayUndo refuses to take back what the principal might not record: the import
// may have been accepted by somebody with wider rights, or the principal may have
// moved to another unit since.
func (r *recordNoun[S, E, F, O]) mayUndo(ctx context.Context, a *App, by auth.Principal, s *S) (refusal, err error) {
	events := r.noun.events(s)
	for i := range events {
		if !by.Can(r.noun.right(&events[i])) {
			return thads.Errorf(thads.CodeForbidden, "", "không có quyền ghi diễn biến của hồ sơ này", "you may not record events of this record"), nil
		}
	}
	if err := r.noun.mayWrite(ctx, a, by, auth.Import, s); isFault(err) {
		return nil, err
	} else if err != nil {
		return err, nil
	}
	return nil, nil
}

// claimsBefore are the numbers that a voided record had, which a run that was cut
// off may not have freed.
func (r *recordNoun[S, E, F, O]) claimsBefore(s *S) []string {
	events := r.noun.events(s)
	n := len(events)
	for n > 0 && r.noun.record(&events[n-1]).Voids != 0 {
		n--
	}
	if n == 0 {
		return nil
	}
	before, err := r.noun.fold(r.id(s), slices.Clone(events[:n]))
	if err != nil {
		return nil // other events were taken back before; their claims wait
	}
	return r.noun.claims(before)
}

// void returns the record with all events of an import taken back; nil where
// nothing is left to take back.
func (r *recordNoun[S, E, F, O]) void(ctx context.Context, a *App, by auth.Principal, keys, reason string, s *S) (next *S, refusal, err error) {
	events := r.noun.events(s)
	gone := make([]bool, len(events)+1)
	for i := range events {
		if v := r.noun.record(&events[i]); v.Voids != 0 || v.Supersedes != 0 {
			gone[max(v.Voids, v.Supersedes)] = true
			gone[i+1] = gone[i+1] || v.Voids != 0
		}
	}
	var own []int
	for i := range events {
		rec := r.noun.record(&events[i])
		switch ours := strings.HasPrefix(rec.Key, keys); {
		case gone[i+1]:
		case ours:
			own = append(own, i+1)
		default:
			return nil, thads.Errorf(thads.CodeLaterEvent, "", "đã có diễn biến ngày %s do người khác ghi sau khi nhập", "an event of %s was recorded since by somebody else", rec.EffectiveOn.Vietnamese()), nil
		}
	}
	if len(own) == 0 {
		return nil, nil, nil
	}
	d, err := a.presentDirectory(ctx)
	if err != nil {
		return nil, nil, err
	}
	now := a.clock()
	next = s
	for i := len(own) - 1; i >= 0; i-- {
		var e E
		old := &events[own[i]-1]
		*r.noun.record(&e) = thads.Record{
			Voids: own[i], Reason: reason, By: by.ID, Key: "undo/" + keys + strconv.Itoa(own[i]),
			OpenFrom: d.Tree.OpenFrom(now, r.noun.touches(next, old)...),
		}
		if next, err = r.noun.add(next, e, now); err != nil {
			if isFault(err) {
				return nil, nil, err
			}
			return nil, err, nil
		}
	}
	if u, isUnit := any(next).(*thads.Unit); isUnit {
		if refusal := d.Tree.Check(u); refusal != nil {
			return nil, refusal, nil
		}
	}
	return next, nil, nil
}
