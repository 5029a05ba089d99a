package forms

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/thads"
)

// A province is an organisation of three units under one, "u".
type province struct{}

func (province) Rows(root thads.UnitID, _, _ thads.Date) []thads.UnitID {
	if root == "u" {
		return []thads.UnitID{"u", "b", "a"}
	}
	return []thads.UnitID{root}
}

func (province) Below(id thads.UnitID) []thads.UnitID {
	switch id {
	case "u":
		return []thads.UnitID{"u", "a", "b", "closed"}
	case "a", "b", "closed":
		return []thads.UnitID{id}
	}
	return nil
}

func (province) UnitName(id thads.UnitID, on thads.Date) string {
	return fmt.Sprintf("unit %s in %d", id, on.Year())
}

func (province) OfficerName(id thads.OfficerID) string {
	return map[thads.OfficerID]string{"o1": "Trần Văn Bình", "o2": "Lê Thị An", "o3": "Phạm Đức Châu"}[id]
}

// The year 2019, with all that is known.
var year2019 = ledger.Moment{From: 20181001, To: 20190930, Basis: ledger.Booked}

// small is a ledger of four cases: one of 2018 that is carried in and done for
// unit a, one new for b of which a part is paid, one that lacks means and has no
// officer in a, and one that moved from the closed unit to a.
func small() *ledger.View {
	l := ledger.New()
	post := func(id string, ps ...thads.Posting) {
		for i := range ps {
			ps[i].BookedOn, ps[i].RecordedAt, ps[i].Event = ps[i].EffectiveOn, ps[i].EffectiveOn.StartOfDay().Add(10*time.Hour), 1
		}
		l.Apply(ledger.Document{ID: id, Version: 1, Book: thads.BookCases, Postings: ps})
	}
	p := func(on thads.Date, unit thads.UnitID, officer thads.OfficerID, class thads.AccountClass, cases int, dong thads.Dong) thads.Posting {
		return thads.Posting{
			Account: thads.Account{Class: class}, EffectiveOn: on, Unit: unit, Officer: officer, Initiation: thads.OwnMotion, Kind: thads.JudgmentCriminal,
			Subject: string(thads.Fine), Cases: cases, Dong: dong,
		}
	}
	post("c1",
		p(20180801, "a", "o1", thads.AccountNew, -1, -100), p(20180801, "a", "o1", thads.AccountInProgress, 1, 100),
		p(20190105, "a", "o1", thads.AccountInProgress, -1, -100), p(20190105, "a", "o1", thads.AccountDone, 1, 100))
	post("c2",
		p(20190105, "b", "o2", thads.AccountNew, -1, -900), p(20190105, "b", "o2", thads.AccountInProgress, 1, 900),
		p(20190205, "b", "o2", thads.AccountInProgress, 0, -300), p(20190205, "b", "o2", thads.AccountDone, 0, 300))
	post("c3", p(20190301, "a", "", thads.AccountNew, -1, -50), p(20190301, "a", "", thads.AccountNotEnforceable, 1, 50))
	post("c4",
		p(20180701, "closed", "o3", thads.AccountNew, -1, -7), p(20180701, "closed", "o3", thads.AccountVerifying, 1, 7),
		p(20181101, "closed", "o3", thads.AccountVerifying, 0, -2), p(20181101, "closed", "o3", thads.AccountDone, 0, 2),
		p(20190401, "closed", "o3", thads.AccountVerifying, -1, -5), p(20190401, "closed", "o3", thads.AccountTransferred, 1, 5),
		p(20190401, "a", "o2", thads.AccountTransferred, -1, -5), p(20190401, "a", "o2", thads.AccountVerifying, 1, 5))
	return l.View()
}

func report(t *testing.T, v *ledger.View, c Code, r Regime, unit thads.UnitID, m ledger.Moment) *Report {
	t.Helper()
	f, ok := FormOf(c, r)
	if !ok {
		t.Fatalf("no %s under %s", c, r)
	}
	got, err := Compute(v, province{}, Request{Form: f, Unit: unit, Scope: thads.CountEverything(), Moment: m})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// pick writes rows with some of their columns.
func pick(r *Report, columns ...string) []string {
	var out []string
	for i := range r.Rows {
		row := &r.Rows[i]
		s := fmt.Sprintf("%d %s (%s) %s:", row.Level, row.Key, row.Parent, row.Title.VI)
		for _, code := range columns {
			at := slices.IndexFunc(r.Form.Columns, func(c Column) bool { return c.Code == code })
			if v := row.Values[at]; v.Null {
				s += " -"
			} else {
				s += fmt.Sprintf(" %d", v.N)
			}
		}
		out = append(out, s)
	}
	return out
}

func TestCompute(t *testing.T) {
	for _, tt := range []struct {
		name    string
		form    Code
		unit    thads.UnitID
		columns []string
		want    []string
	}{
		{
			"officers, by case", FormOfficersByCase, "u",
			[]string{"A1", "A2", "A3", "C", "D", "S", "E", "R", "P"},
			[]string{
				"0 total () Tổng số: 4 2 2 4 3 1 1 3 3333",
				"1 unit:u (total) unit u in 2019: 0 0 0 0 0 0 0 0 -",
				"1 unit:b (total) unit b in 2019: 1 0 1 1 1 0 0 1 0",
				"2 officer:b/o2 (unit:b) Lê Thị An: 1 0 1 1 1 0 0 1 0",
				"1 unit:a (total) unit a in 2019: 3 2 1 3 2 1 1 2 5000",
				"2 officer:a/o2 (unit:a) Lê Thị An: 1 1 0 1 1 0 0 1 0",
				"2 officer:a/o1 (unit:a) Trần Văn Bình: 1 1 0 1 1 1 0 0 10000",
				"2 officer:a/ (unit:a) Chưa phân công chấp hành viên: 1 0 1 1 0 0 1 1 -",
				// It paid out a part, of no case that it still has.
				"1 unit:closed (total) unit closed in 2019: 0 0 0 0 0 0 0 0 -",
				"2 officer:closed/o3 (unit:closed) Phạm Đức Châu: 0 0 0 0 0 0 0 0 -",
			},
		},
		{
			// The unit that closed keeps what it did.
			"officers, by money", FormOfficersByMoney, "u",
			[]string{"A2", "A3", "C", "D", "D1", "D4", "E", "R", "P"},
			[]string{
				"0 total () Tổng số: 107 950 1057 1007 402 605 50 655 3992",
				"1 unit:u (total) unit u in 2019: 0 0 0 0 0 0 0 0 -",
				"1 unit:b (total) unit b in 2019: 0 900 900 900 300 600 0 600 3333",
				"2 officer:b/o2 (unit:b) Lê Thị An: 0 900 900 900 300 600 0 600 3333",
				"1 unit:a (total) unit a in 2019: 105 50 155 105 100 5 50 55 9524",
				"2 officer:a/o2 (unit:a) Lê Thị An: 5 0 5 5 0 5 0 5 0",
				"2 officer:a/o1 (unit:a) Trần Văn Bình: 100 0 100 100 100 0 0 0 10000",
				"2 officer:a/ (unit:a) Chưa phân công chấp hành viên: 0 50 50 0 0 0 50 50 -",
				"1 unit:closed (total) unit closed in 2019: 2 0 2 2 2 0 0 0 10000",
				"2 officer:closed/o3 (unit:closed) Phạm Đức Châu: 2 0 2 2 2 0 0 0 10000",
			},
		},
		{
			"one unit", FormOfficersByCase, "b",
			[]string{"A1"},
			[]string{"0 total () Tổng số: 1", "1 unit:b (total) unit b in 2019: 1", "2 officer:b/o2 (unit:b) Lê Thị An: 1"},
		},
		{
			"the State budget", FormBudgetCollections, "u",
			[]string{"D1", "R"},
			[]string{
				"0 total () Tổng số: 402 655", "1 subject:COURT_FEE (total) Án phí, lệ phí: 0 0", "1 subject:FINE (total) Tiền phạt: 402 655",
				"1 subject:ARREARS (total) Truy thu: 0 0", "1 subject:ILLICIT_GAINS (total) Tịch thu, nộp lại tiền thu lợi bất chính: 0 0",
				"1 subject:CONFISCATION (total) Tịch thu vật chứng, tài sản: 0 0",
			},
		},
		{
			"on request", FormResultsByCaseOnRequest, "u",
			[]string{"A1"},
			[]string{
				"0 total () Tổng số: 0", "1 kind:CIVIL/ON_REQUEST (total) Dân sự: 0", "1 kind:CRIMINAL/ON_REQUEST (total) Hình sự: 0",
				"1 kind:ADMINISTRATIVE/ON_REQUEST (total) Hành chính: 0", "1 kind:MARRIAGE_FAMILY/ON_REQUEST (total) Hôn nhân và gia đình: 0",
				"1 kind:BUSINESS_COMMERCIAL/ON_REQUEST (total) Kinh doanh, thương mại: 0", "1 kind:LABOUR/ON_REQUEST (total) Lao động: 0",
				"1 kind:BANKRUPTCY/ON_REQUEST (total) Phá sản: 0", "1 kind:ARBITRATION/ON_REQUEST (total) Trọng tài: 0", "1 kind:OTHER/ON_REQUEST (total) Khác: 0",
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := report(t, small(), tt.form, RegimeTT01, tt.unit, year2019)
			if diff := cmp.Diff(tt.want, pick(r, tt.columns...)); diff != "" {
				t.Error(diff)
			}
			for _, c := range r.Checks {
				if !c.Passed || c.Row != keyTotal {
					t.Errorf("%+v", c)
				}
			}
			if len(r.Checks) != len(r.Form.Checks) {
				t.Errorf("%d rules were looked at of %d", len(r.Checks), len(r.Form.Checks))
			}
			if row, ok := r.Row(r.Rows[1].Key); !ok || row.Title != r.Rows[1].Title {
				t.Errorf("row %+v", row)
			}
			if _, ok := r.Row("none"); ok {
				t.Error("a row that is not there was found")
			}
		})
	}
}

func TestKindsAreUnderHowTheyBegan(t *testing.T) {
	r := report(t, small(), FormResultsByCase, RegimeTT05, "u", year2019)
	got := pick(r, "C")
	if len(got) != 1+2*(1+9) || got[0] != "0 total () Tổng số: 4" || got[1] != "1 initiation:OWN_MOTION (total) Chủ động: 4" ||
		got[3] != "2 kind:CRIMINAL/OWN_MOTION (initiation:OWN_MOTION) Hình sự: 4" || got[11] != "1 initiation:ON_REQUEST (total) Theo yêu cầu: 0" {
		t.Errorf("%q", got)
	}
}

// A rule that fails is told for the row in which it fails.
func TestFailingRuleIsTold(t *testing.T) {
	l := ledger.New()
	l.Apply(ledger.Document{ID: "x", Version: 1, Book: thads.BookCases, Postings: []thads.Posting{{
		Account: thads.Account{Class: thads.AccountDone}, EffectiveOn: 20190101, BookedOn: 20190101, Unit: "a", Officer: "o1", Cases: 1,
	}}})
	r := report(t, l.View(), FormOfficersByCase, RegimeTT01, "u", year2019)
	failed := map[string][]string{}
	for _, c := range r.Checks {
		if !c.Passed {
			failed[c.Code] = append(failed[c.Code], c.Row)
		}
	}
	want := map[string][]string{"C_BALANCE": {"total", "unit:a", "officer:a/o1"}, "R": {"total", "unit:a", "officer:a/o1"}}
	if diff := cmp.Diff(want, failed); diff != "" {
		t.Error(diff)
	}
}

// A report survives being kept.
func TestReportIsPlainData(t *testing.T) {
	r := report(t, small(), FormOfficersByMoney, RegimeTT01, "u", year2019)
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var kept Report
	if err := json.Unmarshal(b, &kept); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(*r, kept, cmpopts.IgnoreFields(Column{}, "Figure"), cmpopts.IgnoreFields(Form{}, "Where")); diff != "" {
		t.Error(diff)
	}
	again, err := json.Marshal(kept)
	if err != nil || string(again) != string(b) {
		t.Errorf("keeping it twice gives something else (%v)", err)
	}
	for i := range kept.Form.Columns {
		if a, b := &kept.Form.Columns[i], &r.Form.Columns[i]; a.IsRatio() != b.IsRatio() {
			t.Errorf("%s forgot what it is", a.Code)
		}
	}
}

func TestRefusals(t *testing.T) {
	form := func(c Code, r Regime) Form { f, _ := FormOf(c, r); return f }
	ask := func(f Form, unit thads.UnitID) Request {
		return Request{Form: f, Unit: unit, Scope: thads.CountEverything(), Moment: year2019}
	}
	v := small()
	for name, tt := range map[string]struct {
		q    Request
		code thads.Code
	}{
		"the forms of 2026":     {ask(form(FormResultsByCase, RegimeTT05Of2026), "u"), CodeFormUnavailable},
		"records not kept":      {ask(form(FormComplaints, RegimeTT01), "u"), CodeFormUnavailable},
		"no form":               {ask(Form{}, "u"), CodeFormUnavailable},
		"a unit that is not so": {ask(form(FormResultsByCase, RegimeTT01), "nowhere"), thads.CodeUnknown},
	} {
		if _, err := Compute(v, province{}, tt.q); !isRefusal(err, tt.code) {
			t.Errorf("%s: computing gives %v", name, err)
		}
		if _, err := CellQuery(province{}, tt.q, keyTotal, "A1"); !isRefusal(err, tt.code) {
			t.Errorf("%s: opening gives %v", name, err)
		}
	}
	for _, tt := range []struct {
		form        Code
		row, column string
		code        thads.Code
	}{
		{FormOfficersByCase, keyTotal, "P", CodeRatio},
		{FormOfficersByCase, keyTotal, "Z", thads.CodeUnknown},
		{FormOfficersByCase, "", "A1", thads.CodeUnknown},
		{FormOfficersByCase, "totals", "A1", thads.CodeUnknown},
		{FormOfficersByCase, "unit:nowhere", "A1", thads.CodeUnknown},
		{FormOfficersByCase, "officer:a", "A1", thads.CodeUnknown},
		{FormOfficersByCase, "officer:nowhere/o1", "A1", thads.CodeUnknown},
		{FormOfficersByCase, "kind:CIVIL/OWN_MOTION", "A1", thads.CodeUnknown},
		{FormResultsByCase, "kind:CIVIL", "A1", thads.CodeUnknown},
		{FormResultsByCase, "unit:a", "A1", thads.CodeUnknown},
		{FormResultsByCaseOwnMotion, "kind:CIVIL/ON_REQUEST", "A1", thads.CodeUnknown},
		{FormBudgetCollections, "subject:DEBT", "A1", thads.CodeUnknown},
		{FormMeasures, "measures:ANY", "N", thads.CodeUnknown},
	} {
		_, err := CellQuery(province{}, ask(form(tt.form, RegimeTT01), "u"), tt.row, tt.column)
		if !isRefusal(err, tt.code) {
			t.Errorf("%s %s %s: %v", tt.form, tt.row, tt.column, err)
		}
	}
	var refusal *thads.Error
	_, err := CellQuery(province{}, ask(form(FormOfficersByCase, RegimeTT01), "u"), keyTotal, "P")
	if !errors.As(err, &refusal) || refusal.Text.VI != "Cột P là tỷ lệ; mở cột S và cột D để xem hồ sơ" {
		t.Errorf("a share is refused so: %v", err)
	}
}

func isRefusal(err error, code thads.Code) bool {
	return errors.Is(err, &thads.Error{Code: code})
}

// classes are all accounts, by book.
func classesOf(book thads.Book, keep func(thads.AccountNature) bool) []thads.AccountClass {
	var out []thads.AccountClass
	for _, a := range thads.ChartOfAccounts() {
		if a.Book == book && keep(a.Nature) {
			out = append(out, a.Class)
		}
	}
	return out
}

// A drawn ledger moves amounts between accounts of one book, on one day, for one
// unit and officer, or from one to another by TRANSFERRED, as the postings of
// records do; and counts in the accounts outside of the balance at will.
func drawLedger(t *rapid.T) *ledger.View {
	l := ledger.New()
	// Samples are even where ranges lean to their ends.
	var days []thads.Date
	for d := thads.DateOf(2018, 6, 15); d < 20200601; d = d.AddDays(17) {
		days = append(days, d)
	}
	day := rapid.SampledFrom(days)
	units := rapid.SampledFrom([]thads.UnitID{"u", "a", "b", "closed", "elsewhere"})
	officers := rapid.SampledFrom([]thads.OfficerID{"", "o1", "o2", "o3"})
	kinds := rapid.SampledFrom([]thads.JudgmentKind{thads.JudgmentCivil, thads.JudgmentCriminal, thads.JudgmentOther, "", "LATER"})
	ways := rapid.SampledFrom([]thads.Initiation{thads.OwnMotion, thads.OnRequest})
	subjects := rapid.SampledFrom([]string{string(thads.CourtFee), string(thads.Fine), string(thads.Debt), string(thads.Confiscation), ""})
	details := rapid.SampledFrom([]string{"", "L2008_48_1_C", "L2008_48_1_A", "L2008_50_1_E", string(thads.FreezeAccount), string(thads.AttachAsset), "LATER"})
	books := rapid.SampledFrom([]thads.Book{thads.BookCases, thads.BookCases, thads.BookCases, thads.BookVerdicts})
	onBook := map[thads.Book][]thads.AccountClass{}
	memo := map[thads.Book][]thads.AccountClass{}
	for _, b := range []thads.Book{thads.BookCases, thads.BookVerdicts} {
		onBook[b] = classesOf(b, thads.AccountNature.OnBook)
		memo[b] = classesOf(b, func(n thads.AccountNature) bool { return !n.OnBook() })
	}
	for i := range rapid.SampledFrom([]int{5, 20, 40}).Draw(t, "records") {
		book := books.Draw(t, "book")
		d := ledger.Document{ID: fmt.Sprintf("d%02d", i), Version: 1, Book: book}
		recorded := thads.DateOf(2018, 6, 1).StartOfDay()
		for n := range rapid.IntRange(1, 4).Draw(t, "events") {
			recorded = recorded.Add(time.Duration(rapid.SampledFrom([]int{1, 500, 2000, 5000}).Draw(t, "hours")) * time.Hour)
			p := thads.Posting{EffectiveOn: day.Draw(t, "day"), RecordedAt: recorded, Event: n + 1, Unit: units.Draw(t, "unit"), Officer: officers.Draw(t, "officer"), Subject: subjects.Draw(t, "subject")}
			p.BookedOn = p.EffectiveOn
			if rapid.SampledFrom([]bool{true, false, false}).Draw(t, "late") {
				p.BookedOn = max(p.EffectiveOn, thads.StatYearOf(p.EffectiveOn).End().AddDays(1))
			}
			if book == thads.BookCases {
				p.Kind, p.Initiation = kinds.Draw(t, "kind"), ways.Draw(t, "initiation")
			}
			cases, dong := rapid.SampledFrom([]int{1, 1, 1, 0, -1, 2}).Draw(t, "cases"), thads.Dong(rapid.Int64Range(-1e9, 9e12).Draw(t, "dong"))
			if book == thads.BookVerdicts {
				dong = 0
			}
			give := func(p thads.Posting, class thads.AccountClass, sign int) {
				p.Account = thads.Account{Class: class, Detail: details.Draw(t, "detail")}
				p.Cases, p.Dong = sign*cases, thads.Dong(sign)*dong
				d.Postings = append(d.Postings, p)
			}
			how := rapid.SampledFrom([]int{0, 1, 2, 3, 3}).Draw(t, "how")
			switch how {
			case 0:
				give(p, rapid.SampledFrom(memo[book]).Draw(t, "account"), 1)
			default:
				from, to := rapid.SampledFrom(onBook[book]).Draw(t, "from"), rapid.SampledFrom(onBook[book]).Draw(t, "to")
				if from == thads.AccountReduced || to == thads.AccountReduced {
					cases = 0 // no case ends by reduction, only an obligation does
				}
				if how == 1 {
					// It changes places while it moves.
					transferred := thads.AccountTransferred
					if book == thads.BookVerdicts {
						transferred = thads.AccountVerdictTransferred
					}
					give(p, from, -1)
					give(p, transferred, 1)
					p.Unit, p.Officer = units.Draw(t, "unit"), officers.Draw(t, "officer")
					give(p, transferred, -1)
					give(p, to, 1)
				} else {
					give(p, from, -1)
					give(p, to, 1)
				}
			}
		}
		l.Apply(d)
	}
	return l.View()
}

// Every cell is what its records add up to; every row what the rows below it add
// up to; and the rules of the forms hold wherever postings balance: for every form,
// regime and basis, at any moment and for any scope.
func TestCellsAreTheirRecords(t *testing.T) {
	var available []Form
	for _, r := range Regimes() {
		for _, f := range Forms(r.Regime) {
			if f.Available {
				available = append(available, f)
			}
		}
	}
	org := province{}
	scopes := []thads.CountScope{
		thads.CountEverything(), thads.CountEverything(), thads.CountEverything(), thads.CountEverything(), thads.CountScopeOf([]thads.UnitID{"a", "closed"}, ""), thads.CountScopeOf([]thads.UnitID{"b"}, "o1"), {},
	}
	rapid.Check(t, func(t *rapid.T) {
		v := drawLedger(t)
		moment := ledger.Moment{Basis: rapid.SampledFrom([]ledger.Basis{ledger.Booked, ledger.Effective}).Draw(t, "basis")}
		year := thads.StatYear(rapid.SampledFrom([]int{2018, 2019, 2019, 2020}).Draw(t, "year"))
		end, err := year.PeriodEnd(rapid.SampledFrom([]int{12, 6, 9, 1}).Draw(t, "months"))
		if err != nil {
			t.Fatal(err)
		}
		moment.From, moment.To = year.Start(), end
		if rapid.SampledFrom([]bool{true, false, false}).Draw(t, "as known") {
			moment.Known = thads.DateOf(2018, 6, 1).AddDays(rapid.SampledFrom([]int{100, 400, 700}).Draw(t, "known")).StartOfDay()
		}
		scope := rapid.SampledFrom(scopes).Draw(t, "scope")
		unit := rapid.SampledFrom([]thads.UnitID{"u", "u", "a"}).Draw(t, "unit of the report")
		// A few of them at a time: in all runs together each comes often enough.
		for range 3 {
			f := rapid.SampledFrom(available).Draw(t, "form")
			q := Request{Form: f, Unit: unit, Scope: scope, Moment: moment}
			r, err := Compute(v, org, q)
			if err != nil {
				t.Fatal(err)
			}
			checkReport(t, v, org, q, r)
		}
	})
}

func checkReport(t *rapid.T, v *ledger.View, org Organisation, q Request, r *Report) {
	f := &r.Form
	for _, c := range r.Checks {
		if !c.Passed {
			t.Fatalf("%s %s: %+v", f.Regime, f.Code, c)
		}
	}
	sums := map[string][]int64{}
	for i := range r.Rows {
		row := &r.Rows[i]
		if row.Parent != "" && sums[row.Parent] == nil {
			sums[row.Parent] = make([]int64, len(f.Columns))
		}
		for j := range f.Columns {
			c := &f.Columns[j]
			if !c.IsRatio() && row.Parent != "" {
				sums[row.Parent][j] += row.Values[j].N
			}
			query, err := CellQuery(org, q, row.Key, c.Code)
			if c.IsRatio() {
				if !isRefusal(err, CodeRatio) {
					t.Fatalf("%s %s: a share opens: %v", f.Code, row.Key, err)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			var sum int64
			for _, one := range v.Contributions(query) {
				sum += amountIn(c.Unit, one.Amount)
			}
			if sum != row.Values[j].N {
				t.Fatalf("%s %s: %s of %s is %d, its records add up to %d", f.Regime, f.Code, c.Code, row.Key, row.Values[j].N, sum)
			}
		}
	}
	for i := range r.Rows {
		below, ok := sums[r.Rows[i].Key]
		if !ok {
			continue
		}
		for j := range f.Columns {
			if n := r.Rows[i].Values[j].N; !f.Columns[j].IsRatio() && n != below[j] {
				t.Fatalf("%s %s: %s of %s is %d, the rows below add up to %d", f.Regime, f.Code, f.Columns[j].Code, r.Rows[i].Key, n, below[j])
			}
		}
	}
	if f.Code == FormOfficersByCase || f.Code == FormOfficersByMoney {
		checkMeasures(t, v, org, q, r)
	}
}

// checkMeasures compares the first row with the measures by name.
func checkMeasures(t *rapid.T, v *ledger.View, org Organisation, q Request, r *Report) {
	for code, m := range map[string]Measure{
		"A1": MeasureAcceptedTotal, "C": MeasureToEnforce, "D": MeasureEnforceable, "S": MeasureSettled, "E": MeasureNotEnforceable, "G": MeasureOutside, "R": MeasureCarriedOut,
	} {
		at := slices.IndexFunc(r.Form.Columns, func(c Column) bool { return c.Code == code })
		if at < 0 {
			continue // no G under the first regime
		}
		figure, _ := FigureOf(m, r.Form.Regime)
		sum := v.Sum(ledger.Query{Scope: q.Scope, Moment: q.Moment, Filter: ledger.Filter{Units: org.Below(q.Unit)}, Figures: []ledger.Figure{figure}})
		if got := amountIn(r.Form.Unit, sum[0].Values[0]); got != r.Rows[0].Values[at].N {
			t.Fatalf("%s %s: %s is %d, %s is %d", r.Form.Regime, r.Form.Code, code, r.Rows[0].Values[at].N, m, got)
		}
	}
}

// BenchmarkCompute fills the form of officers: 40 units of 25 officers each.
func BenchmarkCompute(b *testing.B) {
	l := ledger.New()
	var units wide
	for u := range 40 {
		unit := thads.UnitID(fmt.Sprintf("u%02d", u))
		units = append(units, unit)
		for o := range 25 {
			p := thads.Posting{
				EffectiveOn: 20190301, BookedOn: 20190301, Event: 1, Unit: unit, Officer: thads.OfficerID(fmt.Sprintf("o%02d-%02d", u, o)),
				Initiation: thads.OwnMotion, Kind: thads.JudgmentCivil, Subject: string(thads.Fine), Cases: -1, Dong: -1000,
			}
			from := p
			from.Account.Class, p.Account.Class, p.Cases, p.Dong = thads.AccountNew, thads.AccountInProgress, 1, 1000
			l.Apply(ledger.Document{ID: string(p.Officer), Version: 1, Book: thads.BookCases, Postings: []thads.Posting{from, p}})
		}
	}
	v := l.View()
	for b.Loop() {
		f, _ := FormOf(FormOfficersByMoney, RegimeTT05)
		r, err := Compute(v, units, Request{Form: f, Unit: "u00", Scope: thads.CountEverything(), Moment: year2019})
		if err != nil || len(r.Rows) != 1+40+1000 || r.Rows[0].Values[2].N != 1_000_000 {
			b.Fatalf("%d rows, %v", len(r.Rows), err)
		}
	}
}

// A wide organisation has its units side by side.
type wide []thads.UnitID

func (w wide) Rows(thads.UnitID, thads.Date, thads.Date) []thads.UnitID { return w }
func (w wide) Below(thads.UnitID) []thads.UnitID                        { return w }
func (w wide) UnitName(id thads.UnitID, _ thads.Date) string            { return string(id) }
func (w wide) OfficerName(id thads.OfficerID) string                    { return string(id) }

// No key of a row opens more than the report counts, and none panics.
func FuzzCellQuery(f *testing.F) {
	for _, key := range []string{
		"total", "unit:a", "officer:a/o1", "officer:a/", "initiation:OWN_MOTION", "kind:CIVIL/ON_REQUEST", "subject:FINE", "measures:OTHER", "measure:ATTACH_ASSET", "", ":", "unit:", "officer:/",
	} {
		f.Add(key, "A1")
		f.Add(key, "N")
	}
	v := small()
	all := Forms(RegimeTT01)
	f.Fuzz(func(t *testing.T, row, column string) {
		for _, form := range all {
			q := Request{Form: form, Unit: "a", Scope: thads.CountEverything(), Moment: year2019}
			query, err := CellQuery(province{}, q, row, column)
			if err != nil {
				continue
			}
			if !slices.Equal(query.Filter.Units, []thads.UnitID{"a"}) || len(query.Figures) != 1 || !query.Scope.IsEverything() {
				t.Fatalf("%s %q %q: %+v", form.Code, row, column, query)
			}
			whole, err := CellQuery(province{}, q, keyTotal, column)
			if err != nil {
				t.Fatal(err)
			}
			records := map[string]bool{}
			for _, e := range v.Contributions(ledger.Query{Scope: whole.Scope, Moment: whole.Moment, Filter: ledger.Filter{Units: whole.Filter.Units}, Figures: whole.Figures}) {
				records[e.ID] = true
			}
			for _, e := range v.Contributions(query) {
				if !records[e.ID] {
					t.Fatalf("%s %q %q opens %s", form.Code, row, column, e.ID)
				}
			}
		}
	})
}
