package app

import (
	"context"
	"crypto/sha256"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// This file decides what accepting an entry of a file would do. The check and
// the acceptance both ask it, so that they can never disagree.

// importing is one pass over an import's file: by the check, or by the
// acceptance. It is used by one goroutine.
type importing struct {
	app *App
	// imp is the import as it stood when the pass began.
	imp *importRecord
	// by is who began the check or the acceptance, with the rights of then.
	by        auth.Principal
	now       time.Time
	directory *Directory
	officers  map[string]*thads.Officer
	// within are the units for which the principal may write; nil for all.
	within []thads.UnitID
	// blind tells that the principal does not see whom protected cases are about,
	// and must not learn it from what a file is like or unlike.
	blind bool

	// What follows grows with the file, by some 50 bytes a case, and by what is
	// recorded in cases that exist.

	// rowOf is the row in which each decision, and each key of the file's own,
	// occurred first; of both only a hash is kept.
	rowOf map[placeKey]int
	// going are the cases that exist and go on in this pass.
	going map[string]*goingOn
	// likeness remembers the cases of the file by what they are alike in.
	likeness likeness
}

// placeKey is a hash of a decision or key.
type placeKey [16]byte

func placeOf(what string) placeKey {
	sum := sha256.Sum256([]byte(what))
	return placeKey(sum[:16])
}

// goingOn is what the entries so far have done to a case that exists.
type goingOn struct {
	// added are the events, by the entry that brings them.
	added []addedEvents
	// had tells which events of the stored case rows of the file stand for: the
	// row by the sequence of the event.
	had map[int]int
}

type addedEvents struct {
	sheet  string
	row    int
	events []thads.CaseEvent
}

// planned is what accepting one entry would do.
type planned struct {
	entry  *sheet.Entry
	action ImportAction
	// id is the case that is created, changed or there already; "" where the
	// entry is bad and names none.
	id thads.CaseID
	// own tells that the case has the id which this import gives to the entry:
	// it is created, or was by an acceptance before (or, after a crash, by this
	// one).
	own bool
	// state is the case as it stands once the entry is accepted; nil for bad
	// entries. Its last `events` events are what accepting records; recorded
	// are those that this import, or one of the same file and attempt, has
	// recorded before.
	state            *thads.Case
	events, recorded int
	// version is that of the document on which the events are recorded; 0 for
	// cases that are created. Where earlier entries of the pass change the same
	// case it counts their writes as done.
	version int64
	// numbers are the numbers of parties to be sealed, by the index of the event
	// in state and of the party in the event.
	numbers map[int]map[int]PartyNumbers
	// problems are the refusals and warnings, placed in the file. An entry with
	// an error is bad.
	problems []sheet.Problem

	// What the entry names, looked up.
	unit    thads.UnitID
	claim   string
	opening *thads.CaseEvent
	further []thads.CaseEvent
	// held is the case that is there already.
	held *held[thads.Case]
	// fault is what went wrong besides.
	fault error
}

// newImporting prepares a pass over the file of an import.
func (a *App) newImporting(ctx context.Context, r *importRecord, by auth.Principal) (*importing, error) {
	d, err := a.presentDirectory(ctx)
	if err != nil {
		return nil, err
	}
	im := &importing{
		app: a, imp: r, by: by, now: a.clock(), directory: d,
		officers: make(map[string]*thads.Officer, len(d.officers)),
		rowOf:    map[placeKey]int{}, going: map[string]*goingOn{}, likeness: likeness{},
	}
	for _, o := range d.officers {
		if !o.IsVoided() {
			im.officers[strings.ToUpper(o.Code)] = o
		}
	}
	im.within = d.writable(by)
	v, err := a.veil(ctx, by)
	if err != nil {
		return nil, err
	}
	least := v.least()
	im.blind = least.protected[sightName] != auth.Clear
	return im, nil
}

// writable returns the units for which a principal may bring cases in and take
// them back; nil for all.
func (d *Directory) writable(by auth.Principal) []thads.UnitID {
	out := []thads.UnitID{}
	for _, g := range by.Granting(auth.Import) {
		units, everything := d.reach(g)
		if everything {
			return nil
		}
		out = append(out, units...)
	}
	return out
}

// caseID is the id of the case that an entry opens. It derives from the file and
// not from the person, so that a file stays one file whoever brings it in.
func (im *importing) caseID(e *sheet.Entry) string {
	return newID(cases.prefix, auth.System("import").ID, im.imp.eventKey(e.Sheet, e.Row))
}

// isCaseID tells whether a key in a file looks like the id of a case.
func isCaseID(key string) bool {
	return strings.HasPrefix(key, cases.prefix+"_") && len(key) == len(cases.prefix)+1+idEncoding.EncodedLen(16)
}

// plan decides about some entries, in the order of the file; at most bulkSize at
// once are cheapest. Within one pass an entry sees what those before it do to
// its case, whether that is stored yet or not; the same entry may be asked about
// again. The error is for faults.
func (im *importing) plan(ctx context.Context, entries []*sheet.Entry) ([]*planned, error) {
	plans := make([]*planned, len(entries))
	for i, e := range entries {
		plans[i] = &planned{entry: e}
		im.resolve(plans[i])
	}
	there, err := im.lookUp(ctx, plans)
	if err != nil {
		return nil, err
	}
	for _, p := range plans {
		im.recognise(p, there)
	}
	inParallel(len(plans), func(i int) {
		if p := plans[i]; p.action == ActionCreate && !p.isBad() {
			im.create(p)
		}
	})
	for _, p := range plans {
		if p.held != nil && !p.isBad() {
			im.goOn(ctx, p)
		}
		if p.fault != nil {
			return nil, p.fault
		}
	}
	if err := im.checkClaims(ctx, plans); err != nil {
		return nil, err
	}
	for _, p := range plans {
		im.settle(p)
	}
	return plans, nil
}

// isBad tells whether something keeps the entry from being accepted.
func (p *planned) isBad() bool {
	return p.entry.Failed || slices.ContainsFunc(p.problems, func(q sheet.Problem) bool { return q.Severity == sheet.Error })
}

// refuse places the refusals of the opening in the file, or, where event is not
// negative, those of an event. Anything else is a fault.
func (p *planned) refuse(event int, err error) {
	if isFault(err) {
		p.fault = err
		return
	}
	es, _ := thads.Refusals(err)
	for _, e := range es {
		var q sheet.Problem
		if event < 0 {
			q = p.entry.Problem(e)
		} else {
			q = p.entry.EventProblem(event, e)
		}
		if q.Severity == "" {
			q.Severity = sheet.Error
		}
		p.problems = append(p.problems, q)
	}
}

// warn places a warning about the entry.
func (p *planned) warn(code thads.Code, field string, text thads.Text) {
	q := p.entry.Problem(&thads.Error{Code: code, Field: strings.Split(field, "."), Text: text})
	q.Severity = sheet.Warning
	p.problems = append(p.problems, q)
}

// resolve finds the units and officers that an entry names, and copies its
// events with them.
func (im *importing) resolve(p *planned) {
	e := p.entry
	var es thads.Errors
	on := e.Date
	if e.Opening != nil {
		on = e.Opening.Event.EffectiveOn
	}
	known := false
	if e.UnitCode != "" {
		var unit *thads.Unit
		if unit, known = im.directory.Tree.ByCode(e.UnitCode); !known {
			es.Add(thads.CodeUnknown, "toUnit", "Không có đơn vị mã %q", "There is no unit with the code %q", e.UnitCode)
		} else {
			p.unit = unit.ID
		}
	}
	if known && e.Number.Raw != "" && !e.Date.IsZero() {
		p.claim = thads.DecisionKey(p.unit, e.Number, thads.StatYearOf(e.Date))
	}
	if e.Opening != nil {
		ev := e.Opening.Event
		if known {
			ev.ToUnit = p.unit
			im.directory.checkUnit(&es, "toUnit", p.unit, on)
			if im.within != nil && !slices.Contains(im.within, p.unit) {
				es.Add(thads.CodeForbidden, "toUnit", "Chỉ được nhập cho đơn vị mình phụ trách", "Only cases of one's own unit may be imported")
			}
		}
		ev.ToOfficer = im.officer(&es, e.Opening.OfficerCode, on)
		p.opening = &ev
	}
	if err := es.Err(); err != nil {
		p.refuse(-1, err)
	}
	for i := range e.Events {
		var es thads.Errors
		ev := e.Events[i].Event
		if code := e.Events[i].UnitCode; code != "" {
			if unit, known := im.directory.Tree.ByCode(code); known {
				ev.ToUnit = unit.ID
				im.directory.checkUnit(&es, "toUnit", unit.ID, ev.EffectiveOn)
			} else {
				es.Add(thads.CodeUnknown, "toUnit", "Không có đơn vị mã %q", "There is no unit with the code %q", code)
			}
		}
		ev.ToOfficer = im.officer(&es, e.Events[i].OfficerCode, ev.EffectiveOn)
		if err := es.Err(); err != nil {
			p.refuse(i, err)
		}
		p.further = append(p.further, ev)
	}
}

// officer finds the officer with a code; "" where none is named.
func (im *importing) officer(es *thads.Errors, code string, on thads.Date) thads.OfficerID {
	if code == "" {
		return ""
	}
	o := im.officers[strings.ToUpper(code)]
	if o == nil {
		es.Add(thads.CodeUnknown, "toOfficer", "Không có công chức mã %q", "There is no officer with the code %q", code)
		return ""
	}
	im.directory.checkOfficer(es, "toOfficer", o.ID, on)
	return o.ID
}

// found is what the store has of the cases that some entries name.
type found struct {
	claims map[string]claim
	cases  map[string]*held[thads.Case]
}

// lookUp reads the cases that the entries may mean: by the id that stands in the
// file, by their decision, and by the id that this import gives them.
func (im *importing) lookUp(ctx context.Context, plans []*planned) (*found, error) {
	var numbers, ids []string
	for _, p := range plans {
		if p.claim != "" {
			numbers = append(numbers, p.claim)
		}
		if isCaseID(p.entry.Key) {
			ids = append(ids, p.entry.Key)
		}
		if p.opening != nil {
			ids = append(ids, im.caseID(p.entry))
		}
	}
	claims, err := im.app.readClaims(ctx, numbers)
	if err != nil {
		return nil, err
	}
	for _, c := range claims {
		if c.Collection == cases.coll.Name {
			ids = append(ids, c.Owner)
		}
	}
	slices.Sort(ids)
	states, err := im.app.heldCases(ctx, slices.Compact(ids))
	return &found{claims: claims, cases: states}, err
}

// heldCases reads cases with the versions of their documents.
func (a *App) heldCases(ctx context.Context, ids []string) (map[string]*held[thads.Case], error) {
	out := make(map[string]*held[thads.Case], len(ids))
	for part := range slices.Chunk(ids, store.MaxPage) {
		docs, err := a.store.Get(ctx, cases.coll, thads.Everything(), part...)
		if err != nil {
			return nil, unavailable(err)
		}
		states, errs := make([]*thads.Case, len(docs)), make([]error, len(docs))
		inParallel(len(docs), func(i int) { states[i], errs[i] = cases.decode(docs[i]) })
		for i, d := range docs {
			if errs[i] != nil {
				return nil, errs[i]
			}
			out[d.ID] = &held[thads.Case]{state: states[i], version: d.Version}
		}
	}
	return out, nil
}

// sees tells whether the principal may open a case.
func (im *importing) sees(c *thads.Case) bool {
	return im.within == nil || slices.ContainsFunc(c.Units, func(u thads.UnitID) bool { return slices.Contains(im.within, u) })
}

// recognise finds out which case an entry means and refuses what the file
// itself has twice.
func (im *importing) recognise(p *planned, there *found) {
	e := p.entry
	byKey := there.cases[e.Key]
	if byKey != nil && (!isCaseID(e.Key) || byKey.state.State == thads.StateVoided || !im.sees(byKey.state)) {
		byKey = nil
	}
	byNumber := there.cases[there.claims[p.claim].Owner]
	if p.claim == "" || byNumber != nil && !slices.Contains(cases.claims(byNumber.state), p.claim) {
		byNumber = nil
	}
	p.held = byKey
	if p.held == nil {
		p.held = byNumber
	}
	if p.opening == nil {
		im.recogniseEvents(p)
		return
	}
	own := im.caseID(e)
	if p.held == nil {
		p.held = there.cases[own]
	}
	first := im.isFirst(p, byKey == nil)
	switch {
	case !first:
		p.held = nil
	case p.held == nil:
		p.action, p.id, p.own = ActionCreate, thads.CaseID(own), true
	case byKey != nil && byNumber != nil && byKey.state.ID != byNumber.state.ID, !im.sees(p.held.state):
		p.refuse(-1, duplicateNumber())
		p.held = nil
	default:
		p.id, p.own = p.held.state.ID, string(p.held.state.ID) == own
	}
}

// recogniseEvents refuses events whose case is not there.
func (im *importing) recogniseEvents(p *planned) {
	if p.held != nil && im.sees(p.held.state) {
		p.id = p.held.state.ID
		return
	}
	p.held = nil
	if p.isBad() {
		return // the unit, say, is unknown, and that was told
	}
	field := "number"
	if p.entry.Number.Raw == "" {
		field = "key"
	}
	for _, what := range []string{p.claim, keyClaim(p.entry.Key)} {
		if row := im.rowOf[placeOf(what)]; what != "" && row != 0 {
			p.refuse(-1, thads.Errorf(thads.CodeUnknown, field,
				"Việc này ở dòng %d của trang vụ việc; diễn biến phải theo cùng thứ tự với các việc",
				"The case is in row %d of the sheet of cases; what happened must be in the order of the cases", row))
			return
		}
	}
	p.refuse(-1, thads.Errorf(thads.CodeUnknown, field, "Không có việc này trong sổ, hoặc không có quyền xem", "There is no such case, or none that you may see"))
}

// keyClaim is a key of the file's own as rowOf knows it.
func keyClaim(key string) string {
	if key == "" {
		return ""
	}
	return "key/" + thads.NormalizeName(key)
}

// isFirst refuses an opening whose decision, or key, the file has had before.
func (im *importing) isFirst(p *planned, ownKey bool) bool {
	first := true
	look := func(what, field, vi, en string) {
		if what == "" {
			return
		}
		at := placeOf(what)
		before, twice := im.rowOf[at]
		if !twice {
			im.rowOf[at] = p.entry.Row
		} else if before != p.entry.Row && first {
			first = false
			p.refuse(-1, thads.Errorf(thads.CodeDuplicate, field, vi, en, before))
		}
	}
	look(p.claim, "number", "Số quyết định này đã có ở dòng %d; các dòng của một việc phải liền nhau", "Row %d has this decision already; the rows of a case must follow one another")
	if ownKey {
		look(keyClaim(p.entry.Key), "key", "Mã hồ sơ này đã có ở dòng %d; các dòng của một việc phải liền nhau", "Row %d has this key already; the rows of a case must follow one another")
	}
	return first
}

// stamp completes the record of an event that a row of the file brings.
func (im *importing) stamp(e *thads.CaseEvent, state *thads.Case, key string) {
	on := e.EffectiveOn
	e.Record = thads.Record{
		EffectiveOn: on, By: im.by.ID, Key: key,
		OpenFrom: im.directory.Tree.OpenFrom(im.now, cases.touches(state, e)...),
	}
}

// furtherKey is the idempotency key of an event. A row may have a second one: the
// decision to resume beside that to postpone.
func (im *importing) furtherKey(at *sheet.EventEntry) string {
	key := im.imp.eventKey(at.Sheet, at.Row)
	if at.Nth > 0 {
		key += "/" + strconv.Itoa(at.Nth)
	}
	return key
}

// create folds a case that is not there yet.
func (im *importing) create(p *planned) {
	e := *p.opening
	if q := e.Particulars; q != nil && !slices.Contains(q.Tags, thads.TagImported) {
		with := *q
		with.Tags = append(slices.Clone(q.Tags), thads.TagImported)
		e.Particulars = &with
	}
	state := im.record(p, -1, cases.empty(string(p.id)), e, im.imp.eventKey(p.entry.Sheet, p.entry.Row), numbersOf(p.entry.Opening.Identities, p.entry.Opening.Accounts))
	for i := 0; i < len(p.further) && state != nil; i++ {
		at := &p.entry.Events[i]
		state = im.record(p, i, state, p.further[i], im.furtherKey(at), numbersOf(at.Identities, at.Accounts))
	}
	p.state = state
}

// record appends an event to a state; nil where it is refused.
func (im *importing) record(p *planned, i int, state *thads.Case, e thads.CaseEvent, key string, given map[int]PartyNumbers) *thads.Case {
	im.stamp(&e, state, key)
	numbers, err := im.app.sealParties(&e, given)
	if err == nil {
		state, err = cases.add(state, e, im.now)
	}
	if err != nil {
		p.refuse(i, err)
		return nil
	}
	p.events++
	if len(numbers) > 0 {
		if p.numbers == nil {
			p.numbers = map[int]map[int]PartyNumbers{}
		}
		p.numbers[len(state.Events)-1] = numbers
	}
	return state
}

// goOn compares an entry with the case that is there, and appends the events
// that it does not have.
func (im *importing) goOn(ctx context.Context, p *planned) {
	stored := p.held.state
	if stored.State == thads.StateVoided {
		// Only a case of this import can be voided and found all the same.
		p.state, p.version = stored, p.held.version
		p.warn(thads.CodeDuplicate, "number", thads.Text{
			VI: "Việc đã nhập từ dòng này sau đó bị hủy bản ghi; không nhập lại", EN: "The case that this row had brought in was voided since; it is not brought in again",
		})
		return
	}
	if p.opening != nil {
		if err := im.sameOpening(p, stored); err != nil {
			p.refuse(-1, err)
			return
		}
	}
	going := im.going[string(stored.ID)]
	if going == nil {
		going = &goingOn{had: map[int]int{}}
	}
	keys := make(map[string]bool, len(stored.Events))
	for i := range stored.Events {
		if k := stored.Events[i].Key; strings.HasPrefix(k, im.imp.keyPrefix()) {
			keys[k] = true
		}
	}
	if p.opening != nil && keys[im.imp.eventKey(p.entry.Sheet, p.entry.Row)] {
		p.recorded++
	}
	state, version := im.soFar(p, stored, going, keys)
	fates, _ := stored.Fates()
	var added []thads.CaseEvent
	for i := range p.further {
		at := &p.entry.Events[i]
		if keys[im.furtherKey(at)] {
			p.recorded++
			continue
		}
		if seq := im.standsFor(stored, fates, going, &p.further[i], at); seq != 0 {
			going.had[seq] = at.Row
			continue
		}
		if len(added) == 0 {
			if err := cases.mayWrite(ctx, im.app, im.by, auth.Import, stored); err != nil {
				p.refuse(i, err)
				return
			}
		}
		next := im.record(p, i, state, im.named(state, p.further[i]), im.furtherKey(at), numbersOf(at.Identities, at.Accounts))
		if next == nil {
			return
		}
		state = next
		added = append(added, state.Events[len(state.Events)-1])
	}
	p.state, p.version = state, version
	if len(added) > 0 {
		going.added = append(slices.DeleteFunc(going.added, func(a addedEvents) bool { return a.sheet == p.entry.Sheet && a.row == p.entry.Row }),
			addedEvents{p.entry.Sheet, p.entry.Row, added})
	}
	if len(going.added)+len(going.had) > 0 {
		im.going[string(stored.ID)] = going
	}
}

// soFar returns the case with what the entries before this one add to it, and
// the version that its document then has.
func (im *importing) soFar(p *planned, state *thads.Case, going *goingOn, keys map[string]bool) (*thads.Case, int64) {
	version := p.held.version
	for _, a := range going.added {
		if a.sheet == p.entry.Sheet && a.row == p.entry.Row || keys[a.events[0].Key] {
			continue
		}
		next := state
		for _, e := range a.events {
			e.Record = thads.Record{EffectiveOn: e.EffectiveOn, By: e.By, Key: e.Key, OpenFrom: e.OpenFrom}
			e.Unit, e.Officer = "", ""
			var err error
			if next, err = cases.add(next, e, im.now); err != nil {
				next = nil // the case has gone on meanwhile: that entry will be refused
				break
			}
		}
		if next != nil {
			state, version = next, version+1
		}
	}
	return state, version
}

// standsFor returns the sequence of the event of the stored case that says what
// a row says and that no other row stands for; 0 if there is none.
func (im *importing) standsFor(stored *thads.Case, fates []thads.Fate, going *goingOn, e *thads.CaseEvent, at *sheet.EventEntry) int {
	given := numbersOf(at.Identities, at.Accounts)
	for i := range stored.Events {
		old := &stored.Events[i]
		if fates[i] != thads.FateStands || old.Kind != e.Kind || old.EffectiveOn != e.EffectiveOn || strings.HasPrefix(old.Key, im.imp.keyPrefix()) {
			continue
		}
		if row, taken := going.had[old.Seq]; taken && row != at.Row {
			continue
		}
		sealed := *e
		if _, err := im.app.sealPartiesLike(&sealed, given, old); err != nil {
			return 0 // told when it is recorded
		}
		if i > 0 && differs(im.comparable(stored, *old, nil), im.comparable(stored, sealed, old)) == nil {
			return old.Seq
		}
	}
	return 0
}

// named returns an event of the file with the obligation as the case knows it:
// the file may give it by its place.
func (im *importing) named(c *thads.Case, e thads.CaseEvent) thads.CaseEvent {
	obligations := c.Obligations()
	place, isPlace := strings.CutPrefix(e.Obligation, "o")
	if n, err := strconv.Atoi(place); isPlace && err == nil && n >= 1 && n <= len(obligations) &&
		!slices.ContainsFunc(obligations, func(b thads.Balance) bool { return b.ID == e.Obligation }) {
		e.Obligation = obligations[n-1].ID
	}
	return e
}

// comparable returns what an event of a case says so that it compares. like, if
// not nil, is the recorded event that one from a file is compared with: ids and
// numbers that the file does not give are taken from it.
func (im *importing) comparable(c *thads.Case, e thads.CaseEvent, like *thads.CaseEvent) thads.CaseEvent {
	e = im.named(c, e).Content()
	if len(c.Obligations()) == 1 {
		e.Obligation = "" // of one obligation, naming it says nothing
	}
	if like == nil {
		return e
	}
	givePartyIDs(e.Parties, like.Parties)
	if e.Particulars != nil && like.Particulars != nil {
		givePartyIDs(e.Particulars.Parties, like.Particulars.Parties)
		giveObligationIDs(e.Particulars, like.Particulars)
	}
	return e
}

// givePartyIDs gives parties from a file what it does not say of them.
func givePartyIDs(parties, like []thads.Party) {
	for i := range min(len(parties), len(like)) {
		if parties[i].ID == "" {
			parties[i].ID = like[i].ID
		}
		if parties[i].Commitment == "" {
			parties[i].Commitment = like[i].Commitment
		}
		if parties[i].AccountCommitment == "" {
			parties[i].AccountCommitment = like[i].AccountCommitment
		}
	}
}

// giveObligationIDs gives obligations from a file, and those bound by them, the
// ids that they have in the recorded particulars.
func giveObligationIDs(p, like *thads.Particulars) {
	ids := make(map[string]string, len(p.Parties))
	for i := range min(len(p.Parties), len(like.Parties)) {
		ids["p"+strconv.Itoa(i+1)] = like.Parties[i].ID
	}
	known := func(id string) bool {
		return slices.ContainsFunc(like.Parties, func(q thads.Party) bool { return q.ID == id })
	}
	for i := range p.Obligations {
		o := &p.Obligations[i]
		if o.ID == "" && i < len(like.Obligations) {
			o.ID = like.Obligations[i].ID
		}
		for _, bound := range [][]string{o.Debtors, o.Creditors} {
			for k, id := range bound {
				if to := ids[id]; to != "" && !known(id) {
					bound[k] = to
				}
			}
		}
	}
}

// sameOpening refuses an entry whose opening is not that of the case which is
// there already.
func (im *importing) sameOpening(p *planned, stored *thads.Case) error {
	recorded := standingOpening(stored)
	if recorded == nil {
		return duplicateNumber()
	}
	file := *p.opening
	if _, err := im.app.sealPartiesLike(&file, numbersOf(p.entry.Opening.Identities, p.entry.Opening.Accounts), recorded); err != nil {
		return err
	}
	old := im.comparable(stored, *recorded, nil)
	got := im.comparable(stored, file, recorded)
	for _, e := range []*thads.CaseEvent{&old, &got} {
		if q := e.Particulars; q != nil {
			q.Tags = slices.DeleteFunc(slices.Clone(q.Tags), func(t thads.Tag) bool { return t == thads.TagImported })
			slices.Sort(q.Tags)
		}
	}
	path := differs(old, got)
	if path == nil {
		return nil
	}
	if im.blind && stored.IsConfidential() {
		return thads.Errorf(thads.CodeDuplicate, "number",
			"Việc này đã có trong sổ, với nội dung khác; hãy sửa trong hồ sơ của việc, hoặc sửa dòng này cho khớp",
			"The case is there already and differs; correct the case itself, or this row")
	}
	column := p.entry.Problem(&thads.Error{Field: path}).Header
	if column == "" {
		column = strings.Join(path, ".")
	}
	return thads.Errorf(thads.CodeDuplicate, "number",
		"Việc này đã có trong sổ, với nội dung khác ở “%[1]s”; hãy sửa trong hồ sơ của việc, hoặc sửa dòng này cho khớp",
		"The case is there already, and differs in %[1]q; correct the case itself, or this row", column)
}

// standingOpening returns the event that opens a case as it stands, or nil.
func standingOpening(c *thads.Case) *thads.CaseEvent {
	fates, _ := c.Fates()
	var first *thads.CaseEvent
	for i := range c.Events {
		e := &c.Events[i]
		if fates[i] != thads.FateStands {
			continue
		}
		switch e.Kind {
		case thads.CaseReceived, thads.CaseDecided, thads.CaseBroughtForward:
			if first == nil || e.EffectiveOn < first.EffectiveOn {
				first = e
			}
		default:
		}
	}
	return first
}

// differs returns the path, in the names of JSON, of the first field in which
// two values differ; nil if they do not. Empty lists are as good as none.
func differs(a, b any) []string {
	path, different := differsAt(reflect.ValueOf(a), reflect.ValueOf(b))
	if different && path == nil {
		return []string{"kind"}
	}
	return path
}

func differsAt(a, b reflect.Value) ([]string, bool) {
	switch a.Kind() {
	case reflect.Pointer:
		if a.IsNil() || b.IsNil() {
			return nil, a.IsNil() != b.IsNil()
		}
		return differsAt(a.Elem(), b.Elem())
	case reflect.Struct:
		if n, isNumber := a.Interface().(thads.DocumentNumber); isNumber {
			m, _ := b.Interface().(thads.DocumentNumber)
			return nil, n.Key() != m.Key()
		}
		if t, isTime := a.Interface().(time.Time); isTime {
			u, _ := b.Interface().(time.Time)
			return nil, !t.Equal(u)
		}
		for i := range a.NumField() {
			path, different := differsAt(a.Field(i), b.Field(i))
			if !different {
				continue
			}
			field := a.Type().Field(i)
			if field.Anonymous {
				return path, true
			}
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			switch name { // what inputs call it
			case "on":
				name = "effectiveOn"
			case "commitment":
				name = "identityNumber"
			}
			return append([]string{name}, path...), true
		}
		return nil, false
	case reflect.Slice:
		for i := range min(a.Len(), b.Len()) {
			if path, different := differsAt(a.Index(i), b.Index(i)); different {
				return append([]string{strconv.Itoa(i)}, path...), true
			}
		}
		return nil, a.Len() != b.Len()
	default:
		return nil, !a.Equal(b)
	}
}

// checkClaims refuses numbers that another record has, or that an earlier entry
// takes. Those by which a case is known in the file were looked up before; what
// is left are those that events bring.
func (im *importing) checkClaims(ctx context.Context, plans []*planned) error {
	type taking struct {
		p      *planned
		number string
	}
	var takings []taking
	var numbers []string
	for _, p := range plans {
		if p.isBad() || p.state == nil || p.events == 0 {
			continue
		}
		var before []string
		if p.held != nil {
			before = cases.claims(p.held.state)
		}
		for _, number := range cases.claims(p.state) {
			if number == p.claim && p.opening != nil || slices.Contains(before, number) {
				continue
			}
			takings = append(takings, taking{p, number})
			numbers = append(numbers, number)
		}
	}
	claims, err := im.app.readClaims(ctx, numbers)
	if err != nil {
		return err
	}
	owners := map[string][]string{}
	for number, c := range claims {
		owners[c.Owner] = append(owners[c.Owner], number)
	}
	held, err := cases.holdsClaims(ctx, im.app, owners)
	if err != nil {
		return err
	}
	for _, t := range takings {
		at := placeOf(t.number)
		before, twice := im.rowOf[at]
		switch {
		case held[t.number] && claims[t.number].Owner != string(t.p.id):
			t.p.refuse(-1, duplicateNumber())
		case twice && before != t.p.entry.Row:
			t.p.refuse(-1, thads.Errorf(thads.CodeDuplicate, "number", "Số quyết định này đã có ở dòng %d", "Row %d has this decision already", before))
		default:
			im.rowOf[at] = t.p.entry.Row
		}
	}
	return nil
}

// settle says what becomes of an entry.
func (im *importing) settle(p *planned) {
	switch {
	case p.isBad():
		p.action, p.state, p.events, p.numbers = ActionBad, nil, 0, nil
		if p.held == nil {
			p.id, p.own = "", false
		}
		im.forgetEntry(p)
	case p.held == nil:
		p.action = ActionCreate
	case p.events > 0:
		p.action = ActionChange
	default:
		p.action = ActionExisting
	}
}

// forgetEntry takes back what an entry that turns out to be bad had added to its
// case.
func (im *importing) forgetEntry(p *planned) {
	if going := im.going[string(p.id)]; going != nil {
		going.added = slices.DeleteFunc(going.added, func(a addedEvents) bool { return a.sheet == p.entry.Sheet && a.row == p.entry.Row })
	}
}

// document makes the document of a case that is created or changed.
func (p *planned) document() (*store.Document, error) {
	return cases.encode(string(p.id), p.state, p.version+1)
}

// secrets makes the documents of the numbers that the entry brings.
func (p *planned) secrets(a *App) ([]*store.Document, error) {
	var docs []*store.Document
	for i, numbers := range p.numbers {
		of, err := a.secretDocuments(p.state, &p.state.Events[i], numbers)
		if err != nil {
			return nil, err
		}
		docs = append(docs, of...)
	}
	return docs, nil
}

// importEntryKept is an entry as the findings of a check keep it.
type importEntryKept struct {
	ImportEntry
	// Rows are the rows of an entry that cannot be accepted, to be handed back.
	Rows []rowRun `json:"rows,omitzero"`
	// Refused is what was to become of an entry that was refused when it was to
	// be recorded, and is bad since.
	Refused ImportAction `json:"refused,omitzero"`
	// Protected tells that the case is a family matter or has a party under age.
	Protected bool `json:"protected,omitzero"`
}

// A rowRun is a run of rows of one sheet.
type rowRun struct {
	Sheet string `json:"sheet,omitzero"`
	From  int    `json:"from"`
	To    int    `json:"to"`
}

// kept returns what the findings keep of the entry.
func (p *planned) kept() importEntryKept {
	e := p.entry
	k := importEntryKept{ImportEntry: ImportEntry{
		Sheet: e.Sheet, Row: e.Row, Action: p.action, Unit: e.UnitCode, Number: e.Number.Raw, Events: p.events, Case: p.id,
	}}
	state := p.state
	if state == nil && p.held != nil {
		state = p.held.state
	}
	switch {
	case state != nil:
		head := state.Head()
		k.Debtor, k.Total, k.Protected = head.DebtorName, state.Totals().Total, head.Protected
		if len(state.Balances) == 0 {
			k.Total = ordered(state.Particulars.Obligations)
		}
		if k.Number == "" {
			k.Number = state.Number().Raw
		}
	case e.Opening != nil && e.Opening.Event.Particulars != nil:
		q := e.Opening.Event.Particulars
		k.Total = ordered(q.Obligations)
		k.Protected = (&thads.Case{Particulars: *q, Parties: q.Parties}).IsConfidential()
		if i := slices.IndexFunc(q.Parties, func(p thads.Party) bool { return p.Role == thads.Debtor }); i >= 0 {
			k.Debtor = q.Parties[i].Name
		}
	}
	if p.action == ActionBad {
		k.Rows = rowsOf(e)
	}
	return k
}

// ordered sums what obligations order to be paid.
func ordered(obligations []thads.Obligation) thads.Dong {
	var sum thads.Dong
	for i := range obligations {
		if a := obligations[i].Amount; a > 0 && a <= thads.MaxDong-sum {
			sum += a
		}
	}
	return sum
}

// rowsOf returns all rows of an entry, those of its events included.
func rowsOf(e *sheet.Entry) []rowRun {
	var runs []rowRun
	add := func(name string, rows []int) {
		for _, row := range rows {
			if n := len(runs); n > 0 && runs[n-1].Sheet == name && runs[n-1].To+1 == row {
				runs[n-1].To = row
				continue
			}
			runs = append(runs, rowRun{name, row, row})
		}
	}
	add(e.Sheet, e.RowNumbers)
	if len(e.RowNumbers) == 0 && len(e.Events) == 0 {
		add(e.Sheet, []int{e.Row})
	}
	for i := range e.Events {
		add(e.Events[i].Sheet, e.Events[i].RowNumbers)
	}
	return runs
}
