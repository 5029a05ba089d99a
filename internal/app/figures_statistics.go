package app

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/thads/thads/internal/forms"
	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// maxDimensions bounds what groups are made by.
const maxDimensions = 4

// Statistics answer a group-by of what counts for the caller: one page of its
// groups, at most 200. Groups by month and by year are for measures that count
// what happened in a span of days, and refused for others (NOT_ALLOWED).
func (a *App) Statistics(ctx context.Context, in StatisticsInput, first int, after *store.Cursor) (*Statistics, error) {
	k, err := a.ask(ctx)
	if err != nil {
		return nil, err
	}
	if err := checkFirst(first); err != nil {
		return nil, err
	}
	g, err := k.grouping(in)
	if err != nil {
		return nil, err
	}
	groups := k.view.Sum(g.query)
	from := 0
	if after != nil {
		var keys []string
		if err := decodePlace(*after, &keys); err != nil {
			return nil, err
		}
		if len(keys) != len(g.query.GroupBy) {
			return nil, badPlace()
		}
		from = behind(groups, keys)
	}
	shown := groups[from:min(from+first, len(groups))]
	s := &Statistics{
		Moment: g.moment, Measure: in.Measure, Groups: make([]Item[*StatisticsGroup], len(shown)), GroupCount: len(groups),
		HasNext: from+len(shown) < len(groups), HasPrevious: from > 0,
	}
	if k.suppressed(g.query) == nil {
		total := valueOf(g.total(groups))
		s.Total = &total
	}
	for i := range shown {
		s.Groups[i] = Item[*StatisticsGroup]{Value: g.group(&shown[i]), Cursor: encodePlace(shown[i].Keys)}
	}
	return s, nil
}

// Cases are the records behind the group, one page of at most 200; none where its
// value is suppressed.
func (g *StatisticsGroup) Cases(ctx context.Context, first int, after *store.Cursor) (*FigureRecords, error) {
	return g.open(ctx, first, after)
}

// behind is where the groups behind some keys begin.
func behind(groups []ledger.Group, keys []string) int {
	at, found := slices.BinarySearchFunc(groups, keys, func(g ledger.Group, keys []string) int { return slices.Compare(g.Keys, keys) })
	if found {
		at++
	}
	return at
}

// A grouping is a group-by as the ledger is asked.
type grouping struct {
	*asking
	moment Moment
	query  ledger.Query
	level  thads.UnitLevel
}

// grouping checks a group-by and resolves what it names.
func (k *asking) grouping(in StatisticsInput) (*grouping, error) {
	m, err := k.app.moment(in.Moment)
	if err != nil {
		return nil, err
	}
	var es thads.Errors
	spec, known := forms.MeasureSpecOf(in.Measure)
	figure, ok := forms.FigureOf(in.Measure, m.Regime)
	if !known || !ok {
		es.Add(thads.CodeInvalid, "query.measure", "Không có đại lượng %q", "There is no measure %q", string(in.Measure))
	}
	if len(in.GroupBy) > maxDimensions {
		es.Add(thads.CodeLimit, "query.groupBy", "Tối đa %d chiều phân tổ", "At most %d dimensions", maxDimensions)
	}
	for i, d := range in.GroupBy {
		switch {
		case slices.Contains(in.GroupBy[:i], d):
			es.Add(thads.CodeDuplicate, "query.groupBy."+strconv.Itoa(i), "Chiều phân tổ %q đã có", "The dimension %q is there twice", string(d))
		case (d == ledger.ByMonth || d == ledger.ByStatYear) && known && !spec.Flow:
			es.Add(thads.CodeNotAllowed, "query.groupBy."+strconv.Itoa(i), "“%[1]s” là số tại một ngày hoặc gồm số chuyển sang, không chia theo thời gian được",
				"%[2]q counts what stands on a day or was carried in, and cannot be split by time", spec.Name.VI, spec.Name.EN)
		case !slices.Contains(dimensions, d):
			es.Add(thads.CodeInvalid, "query.groupBy."+strconv.Itoa(i), "Không có chiều phân tổ %q", "There is no dimension %q", string(d))
		}
	}
	if err := es.Err(); err != nil {
		return nil, err
	}
	g := &grouping{asking: k, moment: m}
	g.query = k.query(m, k.filter(in.Filter), figure)
	g.query.GroupBy = in.GroupBy
	if in.UnitLevel != nil {
		g.level = *in.UnitLevel
		g.query.Roll = k.roll(g.level, m.AsOf)
	}
	return g, nil
}

var dimensions = []ledger.Dimension{
	ledger.ByUnit, ledger.ByOfficer, ledger.ByAccount, ledger.ByDetail, ledger.ByInitiation,
	ledger.ByKind, ledger.BySubject, ledger.ByTag, ledger.ByMonth, ledger.ByStatYear,
}

// filter makes a filter of what was asked for.
func (k *asking) filter(in *StatisticsFilter) ledger.Filter {
	if in == nil {
		return ledger.Filter{}
	}
	f := ledger.Filter{Officers: in.Officers, Initiations: in.Initiations, Kinds: in.JudgmentKinds, Tags: in.Tags}
	if in.Units != nil {
		f.Units = k.below(in.Units...)
	}
	if in.ObligationKinds != nil {
		f.Subjects = texts(in.ObligationKinds)
	}
	return f
}

// roll puts into the place of each unit the one at a level above it, as they
// stood on a day; a unit that stood under none then, as they ever stood. Units
// above the level are not in it.
func (k *asking) roll(level thads.UnitLevel, on thads.Date) map[thads.UnitID]thads.UnitID {
	t := k.directory.Tree
	out := map[thads.UnitID]thads.UnitID{}
	for _, id := range t.All() {
		for _, above := range slices.Concat([]thads.UnitID{id}, t.AncestorsOn(id, on), t.AncestorsEver(id)) {
			if u := k.directory.Unit(above); u != nil && u.Level == level {
				out[id] = above
				break
			}
		}
	}
	return out
}

// total is the sum over all groups, each record in it once.
func (g *grouping) total(groups []ledger.Group) ledger.Amount {
	if slices.Contains(g.query.GroupBy, ledger.ByTag) {
		return g.sum(g.query)[0] // groups by tag overlap
	}
	var sum ledger.Amount
	for i := range groups {
		sum.Cases += groups[i].Values[0].Cases
		sum.Dong += groups[i].Values[0].Dong
	}
	return sum
}

// group shows a group.
func (g *grouping) group(of *ledger.Group) *StatisticsGroup {
	q := g.of(of.Keys)
	out := &StatisticsGroup{Keys: of.Keys, Titles: make([]thads.Text, len(of.Keys)), Suppressed: g.suppressed(q)}
	for i, d := range g.query.GroupBy {
		out.Titles[i] = g.title(d, of.Keys[i])
	}
	if out.Suppressed == nil {
		v := valueOf(of.Values[0])
		out.Value = &v
	}
	out.open = g.opens(q, out.Suppressed)
	return out
}

// of is the question for one group alone.
func (g *grouping) of(keys []string) ledger.Query {
	q := g.query
	q.GroupBy, q.Roll = nil, nil
	for i, d := range g.query.GroupBy {
		g.narrow(&q, d, keys[i])
	}
	return q
}

// narrow limits a question to one key of a dimension. The group exists, so that
// the key is among what the question's own filter keeps.
func (g *grouping) narrow(q *ledger.Query, d ledger.Dimension, key string) {
	f := &q.Filter
	switch d {
	case ledger.ByUnit:
		f.Units = g.rolled(thads.UnitID(key), f.Units)
	case ledger.ByOfficer:
		f.Officers = []thads.OfficerID{thads.OfficerID(key)}
	case ledger.ByAccount:
		f.Accounts = []thads.AccountClass{thads.AccountClass(key)}
	case ledger.ByDetail:
		q.Figures = []ledger.Figure{ofDetail(q.Figures[0], key)}
	case ledger.ByInitiation:
		f.Initiations = []thads.Initiation{thads.Initiation(key)}
	case ledger.ByKind:
		f.Kinds = []thads.JudgmentKind{thads.JudgmentKind(key)}
	case ledger.BySubject:
		f.Subjects = []string{key}
	case ledger.ByTag:
		if key == "" {
			q.Figures = []ledger.Figure{untagged(q.Figures[0])}
			return
		}
		if f.Tags == nil {
			f.Tags = []thads.Tag{thads.Tag(key)}
			return
		}
		// What bears the tag and one of those asked for.
		q.Figures = []ledger.Figure{narrowed(q.Figures[0], ledger.Filter{Tags: []thads.Tag{thads.Tag(key)}})}
	case ledger.ByMonth:
		if first, err := time.Parse("2006-01", key); err == nil {
			day := thads.DateOf(first.Year(), first.Month(), 1)
			between(&q.Moment, day, monthEnd(day))
		}
	case ledger.ByStatYear:
		if n, err := strconv.Atoi(key); err == nil {
			between(&q.Moment, thads.StatYear(n).Start(), thads.StatYear(n).End())
		}
	}
}

// between limits the span of flows to days.
func between(m *ledger.Moment, from, to thads.Date) {
	m.From, m.To = max(m.From, from), min(m.To, to)
}

// rolled are the units of a filter for which a unit stands.
func (g *grouping) rolled(key thads.UnitID, filter []thads.UnitID) []thads.UnitID {
	out := []thads.UnitID{}
	stands := func(u thads.UnitID) bool {
		r, ok := g.query.Roll[u]
		return ok && r == key || !ok && u == key
	}
	for _, u := range append(g.directory.Tree.All(), key) {
		if stands(u) && (filter == nil || slices.Contains(filter, u)) && !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	return out
}

// ofDetail is a figure with one detail of its accounts only.
func ofDetail(f ledger.Figure, detail string) ledger.Figure {
	out := ledger.Figure{}
	for _, p := range f {
		if p.Accounts.Only == nil || slices.Contains(p.Accounts.Only, detail) {
			p.Accounts.Only = []string{detail}
			out = append(out, p)
		}
	}
	return out
}

// untagged is a figure of what bears no tag: all of it less what bears one.
func untagged(f ledger.Figure) ledger.Figure {
	out := slices.Clone(f)
	var all []thads.Tag
	for _, t := range thads.Tags() {
		all = append(all, t.Value)
	}
	for _, p := range f {
		p.Sign, p.Where.Tags = -p.Sign, all
		out = append(out, p)
	}
	return out
}

// title is what a key is called.
func (g *grouping) title(d ledger.Dimension, key string) thads.Text {
	if key == "" {
		return untitled(d)
	}
	switch d {
	case ledger.ByUnit:
		if u := g.directory.Unit(thads.UnitID(key)); u != nil {
			return plainText(u.NameOn(g.moment.AsOf).Name)
		}
	case ledger.ByOfficer:
		if o := g.directory.Officer(thads.OfficerID(key)); o != nil {
			return plainText(o.Name)
		}
	case ledger.ByAccount:
		return thads.AccountClass(key).Name()
	case ledger.ByDetail:
		if ground, ok := thads.GroundOf(thads.GroundCode(key)); ok {
			return ground.Name
		}
		return termName(key, slices.Concat(thads.SecurityMeasures(), thads.CoerciveMeasures()))
	case ledger.ByInitiation:
		return termName(key, thads.Initiations())
	case ledger.ByKind:
		return termName(key, thads.JudgmentKinds())
	case ledger.BySubject:
		if slices.ContainsFunc(thads.ObligationKinds(), func(t thads.Term[thads.ObligationKind]) bool { return string(t.Value) == key }) {
			return thads.ObligationKind(key).Name()
		}
		return thads.VerdictCategory(key).Name()
	case ledger.ByTag:
		return termName(key, thads.Tags())
	case ledger.ByMonth:
		year, month, _ := strings.Cut(key, "-")
		return thads.Text{VI: "Tháng " + month + "/" + year, EN: month + "/" + year}
	case ledger.ByStatYear:
		return thads.Text{VI: "Năm " + key, EN: "Year " + key}
	}
	return plainText(key)
}

// untitled is what the group without a key is called.
func untitled(d ledger.Dimension) thads.Text {
	switch d {
	case ledger.ByOfficer:
		return thads.Text{VI: "Chưa phân công chấp hành viên", EN: "No officer"}
	case ledger.ByDetail:
		return thads.Text{VI: "Không ghi căn cứ", EN: "No ground"}
	case ledger.ByTag:
		return thads.Text{VI: "Không có nhãn", EN: "No tag"}
	default:
		return thads.Text{VI: "Không xác định", EN: "None"}
	}
}

// termName returns the name of a value of an enumeration, itself where it has none.
func termName[T ~string](key string, terms []thads.Term[T]) thads.Text {
	for _, t := range terms {
		if string(t.Value) == key {
			return t.Name
		}
	}
	return plainText(key)
}
