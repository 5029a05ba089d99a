package thads

import "testing"

func targetEvent(kind TargetEventKind, on Date) TargetEvent {
	e := TargetEvent{Kind: kind, Record: Record{EffectiveOn: on, By: "person-1"}}
	switch kind {
	case TargetSet:
		e.Particulars = &TargetParticulars{
			Issuer: IssuerMinistry, Basis: "Quyết định  giao chỉ tiêu", StatYear: 2019, Metric: MetricMoneyRate,
			Value: Quantity{UnitPercent, 3400}, Reach: ReachProvincial, Unit: unitA,
		}
	case TargetWithdrawn:
		e.Note, e.Decision = "Điều chỉnh", decision("9/QĐ-TCTHADS", on)
	case TargetEventVoided:
	}
	return e
}

var targetLife = aLife[Target, TargetEvent, TargetEventKind, TargetState, *Target, *TargetEvent]{
	noun: &targets,
	fold: func(events []TargetEvent) (*Target, error) { return FoldTarget("", events) },
	ev:   targetEvent,
	paths: map[TargetState][]TargetEventKind{
		TargetInForce:   {TargetSet},
		TargetTakenBack: {TargetSet, TargetWithdrawn},
	},
	steps: map[TargetEventKind]map[TargetState]TargetState{
		TargetSet:       {"": TargetInForce},
		TargetWithdrawn: {TargetInForce: TargetTakenBack},
	},
}

func TestTarget(t *testing.T) { targetLife.test(t) }

func TestTargetReached(t *testing.T) {
	l := &targetLife
	target := func(op Operator, value Quantity) *Target {
		e := targetEvent(TargetSet, 20190201)
		e.Particulars.Operator, e.Particulars.Value = op, value
		if value.Unit == UnitCases {
			e.Particulars.Metric = MetricCasesDone
		}
		return l.must(t, new(Target), e)
	}
	for name, c := range map[string]struct {
		target  *Target
		result  Quantity
		reached bool
		over    Quantity
		ok      bool
	}{
		// 336,758 of 970,327 thousand million is 34.71 %: the excess counts
		// percentage points.
		"over":         {target("", Quantity{UnitPercent, 3400}), Quantity{UnitPercent, 3471}, true, Quantity{UnitPoints, 71}, true},
		"over thirty":  {target(AtLeast, Quantity{UnitPercent, 3000}), Quantity{UnitPercent, 3471}, true, Quantity{UnitPoints, 471}, true},
		"exactly":      {target(AtLeast, Quantity{UnitPercent, 3471}), Quantity{UnitPercent, 3471}, true, Quantity{UnitPoints, 0}, true},
		"not more":     {target(MoreThan, Quantity{UnitPercent, 3471}), Quantity{UnitPercent, 3471}, false, Quantity{UnitPoints, 0}, true},
		"under":        {target("", Quantity{UnitPercent, 3400}), Quantity{UnitPercent, 3399}, false, Quantity{UnitPoints, -1}, true},
		"cases":        {target("", Quantity{UnitCases, 13000}), Quantity{UnitCases, 13140}, true, Quantity{UnitCases, 140}, true},
		"other unit":   {target("", Quantity{UnitCases, 13000}), Quantity{UnitPercent, 3471}, false, Quantity{}, false},
		"about itself": {target(About, Quantity{UnitPercent, 3400}), Quantity{UnitPercent, 3400}, false, Quantity{UnitPoints, 0}, false},
	} {
		if reached, over, ok := c.target.Reached(c.result); reached != c.reached || over != c.over || ok != c.ok {
			t.Errorf("%s: %t by %s, %t", name, reached, over.Vietnamese(), ok)
		}
	}
	k := l.build(t, TargetSet)
	if k.PeriodEnd != 20190930 || k.Operator != AtLeast || k.SetOn != 20190201 || k.Basis != "Quyết định giao chỉ tiêu" {
		t.Errorf("%+v", k)
	}
	if k.NaturalKey() != "MINISTRY|MONEY_RATE||2019|2019-09-30|PROVINCIAL|unit-a|" {
		t.Errorf("natural key %q", k.NaturalKey())
	}
	k = l.must(t, k, targetEvent(TargetWithdrawn, 20190301))
	if k.NaturalKey() != "" || k.WithdrawnOn != 20190301 {
		t.Errorf("withdrawn: %+v", k)
	}
}

func TestBadTargets(t *testing.T) {
	l := &targetLife
	for name, c := range map[string]struct {
		change func(*TargetParticulars)
		code   Code
		field  string
	}{
		"issuer":           {func(p *TargetParticulars) { p.Issuer = "KING" }, CodeInvalid, "particulars.issuer"},
		"no document":      {func(p *TargetParticulars) { p.Basis = "" }, CodeRequired, "particulars.document"},
		"year":             {func(p *TargetParticulars) { p.StatYear = 0 }, CodeOutOfRange, "particulars.statYear"},
		"period":           {func(p *TargetParticulars) { p.PeriodEnd = 20191031 }, CodeOutOfRange, "particulars.periodEnd"},
		"mid-month":        {func(p *TargetParticulars) { p.PeriodEnd = 20190315 }, CodeOutOfRange, "particulars.periodEnd"},
		"no day":           {func(p *TargetParticulars) { p.PeriodEnd = 20190631 }, CodeInvalid, "particulars.periodEnd"},
		"no metric":        {func(p *TargetParticulars) { p.Metric = "" }, CodeRequired, "particulars.metric"},
		"untargeted":       {func(p *TargetParticulars) { p.Metric, p.Value.Unit = MetricVerdictsTracked, UnitCases }, CodeInvalid, "particulars.metric"},
		"label":            {func(p *TargetParticulars) { p.Metric = MetricOther }, CodeRequired, "particulars.label"},
		"unit of value":    {func(p *TargetParticulars) { p.Value.Unit = UnitCases }, CodeInvalid, "particulars.value.unit"},
		"beyond all":       {func(p *TargetParticulars) { p.Value.Value = 10001 }, CodeOutOfRange, "particulars.value.value"},
		"negative":         {func(p *TargetParticulars) { p.Value.Value = -1 }, CodeOutOfRange, "particulars.value.value"},
		"operator":         {func(p *TargetParticulars) { p.Operator = "MAYBE" }, CodeInvalid, "particulars.operator"},
		"reach":            {func(p *TargetParticulars) { p.Reach = "WORLD" }, CodeInvalid, "particulars.reach"},
		"no unit":          {func(p *TargetParticulars) { p.Unit = "" }, CodeRequired, "particulars.unit"},
		"no unit for one":  {func(p *TargetParticulars) { p.Reach, p.Unit = ReachUnit, "" }, CodeRequired, "particulars.unit"},
		"nation's unit":    {func(p *TargetParticulars) { p.Reach = ReachNational }, CodeNotAllowed, "particulars.unit"},
		"no officer":       {func(p *TargetParticulars) { p.Reach = ReachOfficer }, CodeRequired, "particulars.officer"},
		"unit's officer":   {func(p *TargetParticulars) { p.Officer = offA }, CodeNotAllowed, "particulars.officer"},
		"nation's officer": {func(p *TargetParticulars) { p.Reach, p.Unit, p.Officer = ReachNational, "", offA }, CodeNotAllowed, "particulars.officer"},
	} {
		t.Run(name, func(t *testing.T) {
			e := targetEvent(TargetSet, 20190201)
			c.change(e.Particulars)
			l.refused(t, new(Target), e, c.code, c.field)
		})
	}
	for name, change := range map[string]func(*TargetParticulars){
		"national":  func(p *TargetParticulars) { p.Reach, p.Unit = ReachNational, "" },
		"officer":   func(p *TargetParticulars) { p.Reach, p.Unit, p.Officer = ReachOfficer, "", offA },
		"half year": func(p *TargetParticulars) { p.PeriodEnd = 20190331 },
		"document":  func(p *TargetParticulars) { p.Basis, p.Document = "", ParseDocumentNumber("111/2015/QH13") },
		"directive": func(p *TargetParticulars) { p.Basis, p.Directive = "", "dr_1" },
		"other": func(p *TargetParticulars) {
			p.Metric, p.Label, p.Value = MetricOther, "Kiểm tra", Quantity{UnitNone, 4}
		},
		"everybody": func(p *TargetParticulars) { p.Value.Value = 10000 },
	} {
		t.Run(name, func(t *testing.T) {
			e := targetEvent(TargetSet, 20190201)
			change(e.Particulars)
			l.must(t, new(Target), e)
		})
	}
}
