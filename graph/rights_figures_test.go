package graph_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
)

// subject asks for the record behind a figure.
const subject = `record { __typename ... on Case { id } ... on AdministrativeVerdict { id } ... on DirectedCase { id } ... on Task { id } ... on RestrictedCase { book } }`

// measureOf are the measures by which a record of a kind counts one while it is
// not finished.
var measureOf = map[string]string{"Case": "CARRIED_OUT", "AdministrativeVerdict": "VERDICTS_NOT_DONE", "DirectedCase": "DIRECTED_OPEN"}

// figures asks how many records of each kind each unit has: those that add to the
// caller's figures, and no others. Opened, each group shows the records that the
// caller may open, and of the others only that they are there.
func (m *matrix) figures(t *testing.T, c *tally, p *person, f *ast.FieldDefinition) {
	t.Helper()
	if m.isRefused(p, m.schema.Query, f) {
		return
	}
	for kind, measure := range measureOf {
		c.calls.Add(1)
		r, err := m.call(p, `query($query: StatisticsInput!) { statistics(query: $query, first: 20) { total { cases } groupCount
			groups { keys value { cases } cases(first: 50) { totalCount sum { cases } nodes { value { cases } `+subject+` } } } } }`,
			object{"query": object{"measure": measure, "groupBy": []string{"UNIT"}}})
		if err != nil {
			t.Fatal(err)
		}
		want, got := map[string][]string{}, map[string][]string{}
		total := 0
		for _, rec := range m.records {
			if rec.kind != kind || !m.counts(p, rec) {
				continue
			}
			total++
			shown := "RestrictedCase"
			if m.sees(p, rec) {
				shown = rec.id
			}
			want[rec.unit] = append(want[rec.unit], shown)
			slices.Sort(want[rec.unit])
		}
		groups, ok := at(r.Data, "statistics.groups").([]any)
		if !ok {
			t.Errorf("statistics of %s: %s", measure, r.raw)
			continue
		}
		for _, g := range groups {
			unit := fmt.Sprint(at(g, "keys.0"))
			nodes := at(g, "cases.nodes").([]any)
			for _, n := range nodes {
				got[unit] = append(got[unit], shownIn(n))
				if v := fmt.Sprint(at(n, "value.cases")); v != "1" {
					t.Errorf("a record adds %s to %s", v, measure)
				}
			}
			slices.Sort(got[unit])
			for _, path := range []string{"value.cases", "cases.totalCount", "cases.sum.cases"} {
				if n := fmt.Sprint(at(g, path)); n != fmt.Sprint(len(nodes)) {
					t.Errorf("%s of %s: %s is %s, the list has %d", measure, unit, path, n, len(nodes))
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s by unit (-want +got):\n%s", measure, diff)
		}
		if n := fmt.Sprint(at(r.Data, "statistics.total.cases")); n != fmt.Sprint(total) {
			t.Errorf("%s in all is %s, want %d", measure, n, total)
		}
		for range total {
			c.add("figures", reached)
		}
	}
}

// shownIn is the id of the record in an element, or that it is restricted.
func shownIn(n any) string {
	if id, ok := at(n, "record.id").(string); ok {
		return id
	}
	return fmt.Sprint(at(n, "record.__typename"))
}

// running are the deadlines that run, by the record: what a leader is told, who
// reaches all.
func (m *matrix) running() map[string]int {
	m.deadlinesOnce.Do(func() {
		m.deadlinesOf = map[string]int{}
		nodes := at(m.ask(leader, `{ deadlines(first: 200) { nodes { deadline { state } `+subject+` } } }`, nil), "deadlines.nodes")
		for _, n := range nodes.([]any) {
			m.deadlinesOf[shownIn(n)]++
		}
	})
	return m.deadlinesOf
}

// deadlines asks for the deadlines that run: those of records that the caller may
// open, and no others.
func (m *matrix) deadlines(t *testing.T, c *tally, p *person, f *ast.FieldDefinition) {
	t.Helper()
	c.calls.Add(1)
	r, err := m.call(p, `{ deadlines(first: 200) { totalCount nodes { `+subject+` } } }`, nil)
	if err != nil {
		t.Fatal(err)
	}
	if m.isRefused(p, m.schema.Query, f) {
		if got, err := r.outcomeOf(f.Name); got != denied {
			t.Errorf("deadlines: %s, %v", got, err)
		}
		c.add("deadlines", denied)
		return
	}
	nodes, ok := at(r.Data, "deadlines.nodes").([]any)
	if !ok {
		t.Errorf("deadlines: %s", r.raw)
		return
	}
	want, got := map[string]int{}, map[string]int{}
	total := 0
	for _, n := range nodes {
		got[shownIn(n)]++
	}
	for id, n := range m.running() {
		rec := m.byID(id)
		if rec == nil || !m.sees(p, rec) {
			continue
		}
		want[id] = n
		total += n
		c.add("deadlines", reached)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("deadlines by record (-want +got):\n%s", diff)
	}
	if n := fmt.Sprint(at(r.Data, "deadlines.totalCount")); n != fmt.Sprint(total) {
		t.Errorf("deadlines count %s, want %d", n, total)
	}
}

// byID is a record by its id, nil where the matrix made it along the way.
func (m *matrix) byID(id string) *placed {
	i := slices.IndexFunc(m.records, func(r *placed) bool { return r.id == id })
	if i < 0 {
		return nil
	}
	return m.records[i]
}

// deadlinesCounted asks how many deadlines of cases and verdicts each unit has:
// those of records that add to the caller's figures.
func (m *matrix) deadlinesCounted(t *testing.T, c *tally, p *person, f *ast.FieldDefinition) {
	t.Helper()
	if m.isRefused(p, m.schema.Query, f) {
		return
	}
	c.calls.Add(1)
	r, err := m.call(p, `{ deadlineCounts(by: UNIT, filter: { books: [CASES, VERDICTS] }) { key overdue due coming } }`, nil)
	if err != nil {
		t.Fatal(err)
	}
	counts, ok := at(r.Data, "deadlineCounts").([]any)
	if !ok {
		t.Errorf("deadlineCounts: %s", r.raw)
		return
	}
	want, got := map[string]int{}, map[string]int{}
	for id, n := range m.running() {
		if rec := m.byID(id); rec != nil && m.counts(p, rec) && (rec.kind == "Case" || rec.kind == "AdministrativeVerdict") {
			want[rec.unit] += n
		}
	}
	for _, k := range counts {
		for _, state := range []string{"overdue", "due", "coming"} {
			n := 0
			if _, err := fmt.Sscan(fmt.Sprint(at(k, state)), &n); err != nil {
				t.Fatal(err)
			}
			if n > 0 {
				got[fmt.Sprint(at(k, "key"))] += n
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("deadlines counted by unit (-want +got):\n%s", diff)
	}
	c.add("figures", reached)
}

// corrections asks for what was recorded late: of records that add to the caller's
// figures, and by name of those alone that the caller may open.
func (m *matrix) corrections(t *testing.T, c *tally, p *person, f *ast.FieldDefinition) {
	t.Helper()
	if m.isRefused(p, m.schema.Query, f) {
		return
	}
	c.calls.Add(1)
	r, err := m.call(p, `query($moment: MomentInput, $unit: ID) { corrections(moment: $moment, unit: $unit, first: 200) { totalCount nodes { event `+subject+` } } }`,
		object{"moment": object{"from": "2016-10-01"}, "unit": m.province})
	if err != nil {
		t.Fatal(err)
	}
	nodes, ok := at(r.Data, "corrections.nodes").([]any)
	if !ok {
		t.Errorf("corrections: %s", r.raw)
		return
	}
	want, got := []string{}, []string{}
	for _, n := range nodes {
		got = append(got, shownIn(n))
	}
	for _, rec := range m.records {
		if !rec.late || !m.counts(p, rec) {
			continue
		}
		shown := "RestrictedCase"
		if m.sees(p, rec) {
			shown = rec.id
		}
		want = append(want, shown)
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("corrections (-want +got):\n%s", diff)
	}
	c.add("corrections", reached)
}
