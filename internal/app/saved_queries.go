package app

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// savedQueryCollection holds the questions that people keep under an address.
// readers are those who find them: the owner, and everybody once it is shared.
var savedQueryCollection = &store.Collection{
	Name: "savedQuery",
	Fields: []store.Field{
		{Name: "owner", Type: store.String},
		{Name: "readers", Type: store.Strings},
		{Name: "name", Type: store.String, Sortable: true},
	},
	Indexes: []store.Index{{"name"}, {"owner", "name"}},
}

const savedQueryPrefix = "sq"

// Bounds of saved queries.
const (
	// maxSavedQueries is how many an account keeps at most.
	maxSavedQueries = 500
	// maxSavedDescription bounds a description, in characters, maxSavedQuestion a
	// question, in bytes of JSON.
	maxSavedDescription = 1000
	maxSavedQuestion    = 16 << 10
)

// SavedQueryKind is what kind of question is kept: the values of the GraphQL
// enumeration of that name.
type SavedQueryKind string

// The kinds of saved queries.
const (
	SavedStatistics SavedQueryKind = "STATISTICS"
	SavedReport     SavedQueryKind = "REPORT"
	SavedCases      SavedQueryKind = "CASES"
)

// SavedQueryParameter is a part of a question that its address may set: the
// values of the GraphQL enumeration of that name.
type SavedQueryParameter string

// The parameters of saved queries.
const (
	ParameterAsOf     SavedQueryParameter = "AS_OF"
	ParameterFrom     SavedQueryParameter = "FROM"
	ParameterKnownAt  SavedQueryParameter = "KNOWN_AT"
	ParameterBasis    SavedQueryParameter = "BASIS"
	ParameterRegime   SavedQueryParameter = "REGIME"
	ParameterUnit     SavedQueryParameter = "UNIT"
	ParameterStatYear SavedQueryParameter = "STAT_YEAR"
	ParameterMonths   SavedQueryParameter = "MONTHS"
)

// savedParameters are the parameters that each kind of question can have.
var savedParameters = map[SavedQueryKind][]SavedQueryParameter{
	SavedStatistics: {ParameterAsOf, ParameterFrom, ParameterKnownAt, ParameterBasis, ParameterRegime, ParameterUnit},
	SavedReport: {
		ParameterAsOf, ParameterFrom, ParameterKnownAt, ParameterBasis, ParameterRegime, ParameterUnit, ParameterStatYear, ParameterMonths,
	},
	SavedCases: {ParameterUnit},
}

// A SavedQuestionInput is the question that is kept; exactly one is given.
type SavedQuestionInput struct {
	Statistics *StatisticsInput
	Report     *ReportInput
	Cases      *SavedCasesInput
}

// A SavedCasesInput is a list of cases to keep.
type SavedCasesInput struct {
	Filter     *CaseFilter
	OrderBy    CaseOrderField
	Descending bool
}

// savedCasesJSON is a list of cases as the API takes it.
type savedCasesJSON struct {
	Filter    *CaseFilter    `json:"filter"`
	OrderBy   CaseOrderField `json:"orderBy"`
	Direction string         `json:"direction"`
}

// MarshalJSON writes the list as the API takes it.
func (c SavedCasesInput) MarshalJSON() ([]byte, error) {
	direction := "ASC"
	if c.Descending {
		direction = "DESC"
	}
	return json.Marshal(savedCasesJSON{c.Filter, c.OrderBy, direction})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *SavedCasesInput) UnmarshalJSON(b []byte) error {
	var in savedCasesJSON
	if err := strictly(b, &in); err != nil {
		return err
	}
	*c = SavedCasesInput{Filter: in.Filter, OrderBy: in.OrderBy, Descending: in.Direction == "DESC"}
	return nil
}

// A SavedQueryInput is a query to keep.
type SavedQueryInput struct {
	Name        string
	Description *string
	Question    SavedQuestionInput
	Parameters  []SavedQueryParameter
	Shared      bool
	// IdempotencyKey makes the same request, sent again, one request.
	IdempotencyKey *string
}

// A SavedQueryUpdateInput changes a saved query; what is nil stays.
type SavedQueryUpdateInput struct {
	ID      string
	Version int
	// Name, Description, Question, Parameters and Shared are as in SavedQueryInput.
	Name        *string
	Description *string
	Question    *SavedQuestionInput
	Parameters  []SavedQueryParameter
	Shared      *bool
}

// A SavedQueryDeleteInput deletes a saved query.
type SavedQueryDeleteInput struct {
	ID      string
	Version int
}

// A SavedQuery is a question kept under an address.
type SavedQuery struct {
	ID          string         `json:"id"`
	Version     int            `json:"-"`
	Name        string         `json:"name"`
	Description string         `json:"description,omitzero"`
	Kind        SavedQueryKind `json:"kind"`
	// Question is JSON: the inputs that the fields of the API take, in a form that
	// is the same for the same question.
	Question   string                `json:"question"`
	Parameters []SavedQueryParameter `json:"parameters"`
	Shared     bool                  `json:"shared"`
	// By is whose it is, Owner what that person was called when they last saved
	// it.
	By        thads.PrincipalID `json:"by"`
	Owner     string            `json:"owner"`
	UpdatedAt time.Time         `json:"updatedAt"`
	// Digest is that of the request that made it.
	Digest string `json:"digest,omitzero"`
	// Own tells whether it is the caller's.
	Own bool `json:"-"`
}

// Path is the address that answers CSV.
func (q *SavedQuery) Path() string { return "/queries/" + q.ID + ".csv" }

// asked is the question.
func (q *SavedQuery) asked() (*SavedQuestionInput, error) {
	in := new(SavedQuestionInput)
	if err := strictly([]byte(q.Question), in); err != nil {
		// It was kept by another version of the program, which knew other inputs.
		return nil, thads.Errorf(thads.CodeInvalid, "question", "Truy vấn này lưu từ phiên bản khác và không còn chạy được; hãy lưu lại", "This query was saved by another version and cannot be run any more; save it again")
	}
	return in, nil
}

func (q *SavedQuery) document() (*store.Document, error) {
	body, err := json.Marshal(q)
	if err != nil {
		return nil, fmt.Errorf("saved query %s: %w", q.ID, err)
	}
	readers := []string{readerOf(q.By)}
	if q.Shared {
		readers = append(readers, readerAll)
	}
	return &store.Document{
		ID: q.ID, Version: int64(q.Version), Head: body, Body: body, DerivedVersion: derivedVersion, UpdatedAt: q.UpdatedAt,
		Fields: store.Fields{"owner": string(q.By), "readers": readers, "name": thads.TextSortKey(q.Name)},
	}, nil
}

// readerAll is the reader that everybody is.
const readerAll = "all"

func readerOf(id thads.PrincipalID) string { return "principal/" + string(id) }

// decodeSavedQuery reads a stored query as the principal sees it.
func decodeSavedQuery(p auth.Principal, id string, version int64, body []byte) (*SavedQuery, error) {
	q := new(SavedQuery)
	if err := json.Unmarshal(body, q); err != nil {
		return nil, fmt.Errorf("saved query %s: %w", id, err)
	}
	q.Version, q.Own = int(version), q.By == p.ID
	return q, nil
}

// SavedQueries returns one page of the caller's own queries and of those that are
// shared, by name.
func (a *App) SavedQueries(ctx context.Context, page PageArgs) (*Page[*SavedQuery], error) {
	p, err := a.permit(ctx, auth.ReadFigures)
	if err != nil {
		return nil, err
	}
	q, err := page.query(thads.Everything(), []store.Cond{store.In("readers", []string{readerOf(p.ID), readerAll})}, "name", false)
	if err != nil {
		return nil, err
	}
	return findPage(ctx, a, savedQueryCollection, q, func(h store.Head) (*SavedQuery, error) {
		return decodeSavedQuery(p, h.ID, h.Version, h.Head)
	})
}

// SavedQuery returns a query, or nil if there is none or it may not be seen.
func (a *App) SavedQuery(ctx context.Context, id string) (*SavedQuery, error) {
	p, err := a.permit(ctx, auth.ReadFigures)
	if err != nil {
		return nil, err
	}
	return a.savedQuery(ctx, p, id)
}

func (a *App) savedQuery(ctx context.Context, p auth.Principal, id string) (*SavedQuery, error) {
	heads, err := a.store.Heads(ctx, savedQueryCollection, thads.Everything(), id)
	if err != nil || len(heads) == 0 {
		return nil, unavailable(err)
	}
	q, err := decodeSavedQuery(p, id, heads[0].Version, heads[0].Head)
	if err != nil || !q.Own && !q.Shared {
		return nil, err
	}
	return q, nil
}

// SavedQueryCreate keeps a question of the caller's. It is asked once, so that
// what cannot be answered is refused now. The same request again returns what the
// first one kept.
func (a *App) SavedQueryCreate(ctx context.Context, in SavedQueryInput) (*SavedQuery, error) {
	p, err := a.permit(ctx, auth.ReadFigures)
	if err != nil {
		return nil, err
	}
	key := ""
	if in.IdempotencyKey != nil {
		key = *in.IdempotencyKey
	}
	if len(key) > maxKey {
		return nil, thads.Errorf(thads.CodeOutOfRange, "idempotencyKey", "Khóa dài quá %d byte", "The key is longer than %d bytes", maxKey)
	}
	q := &SavedQuery{
		ID: newID(savedQueryPrefix, p.ID, key), Version: 1, Name: in.Name, Parameters: in.Parameters, Shared: in.Shared,
		By: p.ID, Owner: cmp.Or(p.Name, string(p.ID)), UpdatedAt: store.Instant(a.clock()), Own: true,
	}
	if in.Description != nil {
		q.Description = *in.Description
	}
	if key != "" {
		if q.Digest, err = digestOf(in); err != nil {
			return nil, err
		}
		old, err := a.savedQuery(ctx, p, q.ID)
		if err != nil || old != nil {
			return old, replayedQuery(old, q.Digest, err)
		}
	}
	n, err := a.store.Count(ctx, savedQueryCollection, thads.Everything(), store.Eq("owner", string(p.ID)))
	switch {
	case err != nil:
		return nil, unavailable(err)
	case n >= maxSavedQueries:
		return nil, thads.Errorf(thads.CodeLimit, "", "Mỗi tài khoản lưu không quá %d truy vấn", "An account keeps no more than %d queries", maxSavedQueries)
	}
	if err := a.settleQuery(ctx, q, &in.Question); err != nil {
		return nil, err
	}
	doc, err := q.document()
	if err != nil {
		return nil, err
	}
	err = a.store.Insert(ctx, savedQueryCollection, doc)
	if errors.Is(err, store.ErrExists) {
		old, err := a.savedQuery(ctx, p, q.ID)
		return old, replayedQuery(old, q.Digest, err)
	}
	if err != nil {
		return nil, unavailable(err)
	}
	return q, nil
}

// replayedQuery refuses a key that made another query.
func replayedQuery(old *SavedQuery, digest string, err error) error {
	if err == nil && (old == nil || old.Digest != digest) {
		return keyReused()
	}
	return err
}

// SavedQueryUpdate changes a query of the caller's. CodeConflict where it was
// changed since the caller saw it.
func (a *App) SavedQueryUpdate(ctx context.Context, in SavedQueryUpdateInput) (*SavedQuery, error) {
	p, q, err := a.ownQuery(ctx, in.ID, in.Version)
	if err != nil {
		return nil, err
	}
	if in.Name != nil {
		q.Name = *in.Name
	}
	if in.Description != nil {
		q.Description = *in.Description
	}
	if in.Parameters != nil {
		q.Parameters = in.Parameters
	}
	if in.Shared != nil {
		q.Shared = *in.Shared
	}
	question := in.Question
	if question == nil {
		if question, err = q.asked(); err != nil {
			return nil, err
		}
	}
	if err := a.settleQuery(ctx, q, question); err != nil {
		return nil, err
	}
	q.Version++
	q.Owner, q.UpdatedAt = cmp.Or(p.Name, string(p.ID)), store.Instant(a.clock())
	doc, err := q.document()
	if err != nil {
		return nil, err
	}
	if err := queryWritten(a.store.Replace(ctx, savedQueryCollection, doc)); err != nil {
		return nil, err
	}
	return q, nil
}

// SavedQueryDelete deletes a query of the caller's: its address answers nothing
// any more. CodeConflict where it was changed since the caller saw it.
func (a *App) SavedQueryDelete(ctx context.Context, in SavedQueryDeleteInput) error {
	_, q, err := a.ownQuery(ctx, in.ID, in.Version)
	if err != nil {
		return err
	}
	return queryWritten(a.store.Delete(ctx, savedQueryCollection, q.ID, int64(q.Version)))
}

// ownQuery returns a query of the caller's at the version that they saw.
func (a *App) ownQuery(ctx context.Context, id string, version int) (auth.Principal, *SavedQuery, error) {
	p, err := a.permit(ctx, auth.ReadFigures)
	if err != nil {
		return p, nil, err
	}
	q, err := a.savedQuery(ctx, p, id)
	switch {
	case err != nil:
		return p, nil, err
	case q == nil:
		return p, nil, notFound("id")
	case !q.Own:
		return p, nil, thads.Errorf(thads.CodeForbidden, "id", "Chỉ người lưu mới sửa, xóa được truy vấn này", "Only its owner may change this query")
	case q.Version != version:
		return p, nil, versionConflict()
	}
	return p, q, nil
}

// queryWritten tells a person what became of a write.
func queryWritten(err error) error {
	switch {
	case errors.Is(err, store.ErrConflict):
		return versionConflict()
	case errors.Is(err, store.ErrNotFound):
		return notFound("id")
	}
	return unavailable(err)
}

// settleQuery checks a query and its question, asks the question once, and puts
// it into its kept form.
func (a *App) settleQuery(ctx context.Context, q *SavedQuery, in *SavedQuestionInput) error {
	var es thads.Errors
	q.Name, q.Description = thads.NormalizeName(q.Name), thads.NormalizeName(q.Description)
	checkName(&es, "name", q.Name)
	if utf8.RuneCountInString(q.Description) > maxSavedDescription {
		es.Add(thads.CodeOutOfRange, "description", "Mô tả dài quá %d ký tự", "The description is longer than %d characters", maxSavedDescription)
	}
	kind, ok := in.kind()
	if !ok {
		es.Add(thads.CodeInvalid, "question", "Cần đúng một trong: statistics, report, cases", "Give exactly one of statistics, report and cases")
		return es.Err()
	}
	q.Kind, q.Parameters = kind, unique(q.Parameters)
	for i, p := range q.Parameters {
		if !slices.Contains(savedParameters[kind], p) {
			es.Add(thads.CodeNotAllowed, fmt.Sprintf("parameters.%d", i), "Truy vấn loại này không có tham số %s", "A query of this kind has no parameter %s", string(p))
		}
	}
	if c := in.Cases; c != nil && c.Filter != nil {
		// Numbers are sealed and never kept in clear; what a person looks for by name
		// is not everybody's to see.
		if c.Filter.IdentityNumber != nil {
			es.Add(thads.CodeNotAllowed, "question.cases.filter.identityNumber", "Không lưu số định danh trong truy vấn", "Identity numbers are not kept in queries")
		}
		if c.Filter.Text != nil && q.Shared {
			es.Add(thads.CodeNotAllowed, "question.cases.filter.text", "Truy vấn chia sẻ không được tìm theo tên, số", "A shared query cannot look for names or numbers")
		}
	}
	if err := es.Err(); err != nil {
		return err
	}
	question, err := canonical(in)
	if err != nil {
		return err
	}
	if len(question) > maxSavedQuestion {
		return thads.Errorf(thads.CodeLimit, "question", "Truy vấn dài quá %d KB", "The question is longer than %d KB", maxSavedQuestion>>10)
	}
	q.Question = string(question)
	if in, err = q.asked(); err != nil {
		return err
	}
	return a.tryQuestion(ctx, in)
}

// kind is what kind of question it is; false unless exactly one is given.
func (in *SavedQuestionInput) kind() (SavedQueryKind, bool) {
	var kinds []SavedQueryKind
	if in.Statistics != nil {
		kinds = append(kinds, SavedStatistics)
	}
	if in.Report != nil {
		kinds = append(kinds, SavedReport)
	}
	if in.Cases != nil {
		kinds = append(kinds, SavedCases)
	}
	if len(kinds) != 1 {
		return "", false
	}
	return kinds[0], true
}

// strictly reads JSON into inputs and refuses what they do not have.
func strictly(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// canonical writes an input of the API as JSON: names as there, in a fixed order,
// without what is not given.
func canonical(in any) ([]byte, error) {
	raw, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("question: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("question: %w", err)
	}
	b := &bytes.Buffer{}
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(apiNames(v)); err != nil {
		return nil, fmt.Errorf("question: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// apiNames gives objects the names that the API has for the fields of Go, and drops
// what is null.
func apiNames(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = apiNames(v[i])
		}
		return v
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, value := range v {
			if value == nil {
				continue
			}
			first, size := utf8.DecodeRuneInString(name)
			out[string(unicode.ToLower(first))+name[size:]] = apiNames(value)
		}
		return out
	}
	return v
}
