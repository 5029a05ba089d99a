package app

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/request"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// disclosureCollection holds the records of who saw masked data, looked persons
// up by number, took registers out or erased numbers. They are written once and
// never changed.
var disclosureCollection = &store.Collection{
	Name: "disclosure",
	Fields: []store.Field{
		{Name: "at", Type: store.Time, Sortable: true},
		{Name: "kind", Type: store.String},
		{Name: "by", Type: store.String},
		{Name: "case", Type: store.String},
		// units are those that hold or held the case.
		{Name: "units", Type: store.Strings},
	},
	Indexes:    []store.Index{{"at"}, {"kind", "at"}, {"by", "at"}, {"case", "at"}},
	ScopeField: "units",
}

// disclosurePrefix leads the ids of disclosures.
const disclosurePrefix = "ds"

// A DisclosureKind is what a disclosure was. The values are those of the GraphQL
// enumeration DisclosureKind.
type DisclosureKind string

// The kinds of disclosures.
const (
	DisclosedUnmasking DisclosureKind = "UNMASKING" // masked data of a party were shown
	DisclosedLookup    DisclosureKind = "LOOKUP"    // cases were looked up by an identity number
	DisclosedExport    DisclosureKind = "EXPORT"    // a register was taken out
	DisclosedErasure   DisclosureKind = "ERASURE"   // sealed numbers were erased
)

// DisclosureKinds are the kinds of disclosures, with their names.
func DisclosureKinds() []thads.Term[DisclosureKind] {
	return []thads.Term[DisclosureKind]{
		{Value: DisclosedUnmasking, Name: thads.Text{VI: "Mở dữ liệu đã che", EN: "Masked data shown"}},
		{Value: DisclosedLookup, Name: thads.Text{VI: "Tra theo số định danh", EN: "Looked up by identity number"}},
		{Value: DisclosedExport, Name: thads.Text{VI: "Xuất sổ", EN: "Register taken out"}},
		{Value: DisclosedErasure, Name: thads.Text{VI: "Xóa số đã lưu", EN: "Numbers erased"}},
	}
}

// A Disclosure is the record of a look at masked data, a lookup by number, an
// export or an erasure: who, when, what and why. It never holds the data
// themselves.
type Disclosure struct {
	ID   string         `json:"id"`
	Kind DisclosureKind `json:"kind"`
	// At, By, ByName and RequestID are filled in by disclose. ByName is what the
	// person was called that day, RequestID what the log calls the request.
	At        time.Time         `json:"at"`
	By        thads.PrincipalID `json:"by"`
	ByName    string            `json:"byName"`
	RequestID string            `json:"requestId,omitzero"`
	// Case, Units (those that hold or held it) and Party say whose data; empty
	// for a lookup or an export.
	Case  thads.CaseID   `json:"case,omitzero"`
	Units []thads.UnitID `json:"units,omitzero"`
	Party string         `json:"party,omitzero"`
	// Data are the kinds of data concerned.
	Data    []auth.PersonalData `json:"data,omitzero"`
	Purpose auth.Purpose        `json:"purpose,omitzero"`
	Reason  string              `json:"reason,omitzero"`
	// Export is the register and filter of an export, in words.
	Export string `json:"export,omitzero"`
}

// disclose records a disclosure by the caller. It returns when the record is
// durable, and must have returned before any of the data leave.
func (a *App) disclose(ctx context.Context, d Disclosure) (*Disclosure, error) {
	p := auth.FromContext(ctx)
	d.ID, d.At = newID(disclosurePrefix, p.ID, ""), store.Instant(a.clock())
	d.By, d.ByName, d.RequestID = p.ID, p.Name, request.FromContext(ctx).ID()
	doc, err := d.document()
	if err != nil {
		return nil, err
	}
	if err := a.store.Insert(ctx, disclosureCollection, doc); err != nil {
		return nil, unavailable(err)
	}
	return &d, nil
}

// document is the disclosure as it is stored.
func (d *Disclosure) document() (*store.Document, error) {
	body, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("disclosure %s: %w", d.ID, err)
	}
	f := store.Fields{"at": d.At, "kind": string(d.Kind), "by": string(d.By), "units": texts(d.Units)}
	optionalText(f, "case", d.Case)
	return &store.Document{ID: d.ID, Version: 1, Head: body, Body: body, Fields: f, DerivedVersion: derivedVersion, UpdatedAt: d.At}, nil
}

// decodeDisclosure reads the body of a stored disclosure.
func decodeDisclosure(id string, body []byte) (*Disclosure, error) {
	d := new(Disclosure)
	if err := json.Unmarshal(body, d); err != nil {
		return nil, fmt.Errorf("disclosure %s: %w", id, err)
	}
	return d, nil
}

// A DisclosureFilter says which disclosures: all conditions given must hold.
type DisclosureFilter struct {
	Kinds []DisclosureKind
	By    thads.PrincipalID
	Case  thads.CaseID
	// Days are those on which they were made.
	Days *DateRange
}

// Disclosures returns one page of the disclosures that the filter reaches, the
// latest first.
func (a *App) Disclosures(ctx context.Context, f *DisclosureFilter, page PageArgs) (*Page[*Disclosure], error) {
	scope, err := a.reader(ctx, auth.Audit)
	if err != nil {
		return nil, err
	}
	w := &conditions{}
	if f != nil {
		oneOf(w, "kind", f.Kinds)
		if f.By != "" {
			w.add(store.Eq("by", string(f.By)))
		}
		if f.Case != "" {
			w.add(store.Eq("case", string(f.Case)))
		}
		w.instants("at", f.Days)
	}
	if err := w.errs.Err(); err != nil {
		return nil, err
	}
	q, err := page.query(scope, w.conds, "at", true)
	if err != nil {
		return nil, err
	}
	return findPage(ctx, a, disclosureCollection, q, decodeHead[Disclosure])
}

// instants asks for an instant within a range of days in Vietnam.
func (w *conditions) instants(field string, r *DateRange) {
	if r == nil || r.From.IsZero() && r.To.IsZero() {
		return
	}
	var low, high any
	if !r.From.IsZero() {
		low = r.From.StartOfDay().UTC()
	}
	if !r.To.IsZero() {
		high = r.To.AddDays(1).StartOfDay().UTC().Add(-time.Millisecond)
		if r.To < r.From {
			w.errs.Add(thads.CodeOutOfRange, "filter.from", "Ngày đầu sau ngày cuối", "The first day is after the last")
		}
	}
	w.add(store.Between(field, low, high))
}

// Disclosure returns a disclosure that the caller may see, or nil.
func (a *App) Disclosure(ctx context.Context, id string) (*Disclosure, error) {
	scope, err := a.reader(ctx, auth.Audit)
	if err != nil {
		return nil, err
	}
	docs, err := a.store.Get(ctx, disclosureCollection, scope, id)
	if err != nil || len(docs) == 0 {
		return nil, unavailable(err)
	}
	return decodeDisclosure(docs[0].ID, docs[0].Body)
}

// The shortest and longest reason for a disclosure, in characters.
const (
	minReason = 10
	maxReason = 500
)

// disclosureReason normalises the reason for a disclosure, or refuses it.
func disclosureReason(raw string) (string, error) {
	reason := thads.NormalizeName(raw)
	if n := utf8.RuneCountInString(reason); n < minReason || n > maxReason {
		return "", thads.Errorf(thads.CodeOutOfRange, "reason", "Lý do cần từ %d đến %d ký tự", "The reason needs %d to %d characters", minReason, maxReason)
	}
	return reason, nil
}

// dataAsked returns the kinds of data asked for, each once, in the order of the
// table; it refuses what is none and PROTECTED, which is never asked for by itself.
func dataAsked(asked []auth.PersonalData) ([]auth.PersonalData, error) {
	if len(asked) == 0 {
		return nil, thads.Errorf(thads.CodeRequired, "data", "Chưa chọn dữ liệu cần mở", "Nothing is asked for")
	}
	var out []auth.PersonalData
	for _, t := range auth.AllPersonalData() {
		if t.Value != auth.Protected && slices.Contains(asked, t.Value) {
			out = append(out, t.Value)
		}
	}
	for _, k := range asked {
		if !slices.Contains(out, k) {
			return nil, thads.Errorf(thads.CodeInvalid, "data", "Không mở được riêng loại dữ liệu %q", "%q cannot be asked for by itself", string(k))
		}
	}
	return out, nil
}

// A RevealRequest asks for masked data of a party.
type RevealRequest struct {
	Case  thads.CaseID
	Party string
	// Data are the kinds asked for; PROTECTED is never asked for by itself.
	Data    []auth.PersonalData
	Purpose auth.Purpose
	// Reason is in the caller's words, 10 to 500 characters.
	Reason string
}

// A Revealed is what was asked for, unmasked; what was not asked for or is not
// kept is zero.
type Revealed struct {
	Party          string
	Name           string
	Address        string
	BirthYear      int
	IdentityNumber string
	AccountNumber  string
	// Disclosure is the record that was made of this.
	Disclosure *Disclosure
}

// Reveal shows masked data of a party for a purpose, and records that before it
// does. Refused are, with CodeNotFound, a case or party that the caller may not
// see, with CodeNotAllowed a purpose that none of the caller's roles there has,
// and with CodeForbidden data that they never see.
func (a *App) Reveal(ctx context.Context, r RevealRequest) (*Revealed, error) {
	p, err := a.permit(ctx, auth.Unmask)
	if err != nil {
		return nil, err
	}
	scope, err := a.reader(ctx, auth.Read)
	if err != nil {
		return nil, err
	}
	data, err := dataAsked(r.Data)
	if err != nil {
		return nil, err
	}
	reason, err := disclosureReason(r.Reason)
	if err != nil {
		return nil, err
	}
	h, err := cases.get(ctx, a, scope, string(r.Case))
	if err != nil {
		return nil, err
	}
	if h == nil {
		return nil, notFound("case")
	}
	c := h.state
	i := slices.IndexFunc(c.Parties, func(q thads.Party) bool { return q.ID == r.Party })
	if i < 0 {
		return nil, notFound("party")
	}
	v, err := a.veil(ctx, p)
	if err != nil {
		return nil, err
	}
	if err := v.mayReveal(c, r.Purpose, data); err != nil {
		return nil, err
	}
	out, err := a.unmasked(ctx, c, &c.Parties[i], data)
	if err != nil {
		return nil, err
	}
	out.Disclosure, err = a.disclose(ctx, Disclosure{
		Kind: DisclosedUnmasking, Case: c.ID, Units: c.Units, Party: r.Party, Data: data, Purpose: r.Purpose, Reason: reason,
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// mayReveal refuses a purpose that is not of the roles that open the case, and
// data that those never see.
func (v *Veil) mayReveal(c *thads.Case, purpose auth.Purpose, data []auth.PersonalData) error {
	stated := slices.ContainsFunc(v.unmasks, func(g sightGrant) bool {
		return purpose != "" && slices.Contains(g.purposes, purpose) && g.scope.Reaches(c.Units, c.Officers)
	})
	if !stated {
		return thads.Errorf(thads.CodeNotAllowed, "purpose", "Mục đích này không thuộc vai trò của người yêu cầu", "The purpose is none of the caller's roles")
	}
	sight := v.revealing(c, purpose)
	for i, k := range sightKinds {
		if slices.Contains(data, k) && sight[i] < auth.OnPurpose {
			return thads.Errorf(thads.CodeForbidden, "data", "Không được xem loại dữ liệu %q của việc này", "Data of the kind %q of this case are not shown", string(k))
		}
	}
	return nil
}

// unmasked returns the data of a party.
func (a *App) unmasked(ctx context.Context, c *thads.Case, p *thads.Party, data []auth.PersonalData) (*Revealed, error) {
	out := &Revealed{Party: p.ID}
	if slices.Contains(data, auth.PartyName) {
		out.Name = p.Name
	}
	if slices.Contains(data, auth.PartyContact) {
		out.Address, out.BirthYear = p.Address, p.BirthYear
	}
	identity, account := slices.Contains(data, auth.IdentityNumber), slices.Contains(data, auth.AccountNumber)
	if !identity && !account {
		return out, nil
	}
	if _, err := a.sealing("data"); err != nil {
		return nil, err
	}
	numbers, err := a.partyNumbers(ctx, c, p)
	if err != nil {
		return nil, err
	}
	if identity {
		out.IdentityNumber = numbers.Identity
	}
	if account {
		out.AccountNumber = numbers.Account
	}
	return out, nil
}
