package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/thads/thads/internal/forms"
	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/thads"
)

// plainJSON writes an answer for programs: one value, letters as they are.
func plainJSON(v any) ([]byte, error) {
	b := &bytes.Buffer{}
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("output: %w", err)
	}
	return b.Bytes(), nil
}

// A momentOutput is when figures are for. KnownAt is nil where no instant was
// asked for: the same figures are then the same bytes, whenever they are fetched.
type momentOutput struct {
	From    thads.Date   `json:"from"`
	AsOf    thads.Date   `json:"asOf"`
	KnownAt *time.Time   `json:"knownAt"`
	Basis   ledger.Basis `json:"basis"`
	Regime  forms.Regime `json:"regime"`
}

func (m Moment) output() momentOutput {
	out := momentOutput{From: m.From, AsOf: m.AsOf, Basis: m.Basis, Regime: m.Regime}
	if !m.latest {
		out.KnownAt = &m.KnownAt
	}
	return out
}

// A reportOutput is a report for programs.
type reportOutput struct {
	Form     forms.Code         `json:"form"`
	Number   string             `json:"number,omitzero"`
	Title    string             `json:"title"`
	Source   string             `json:"source"`
	Unit     unitOutput         `json:"unit"`
	Moment   momentOutput       `json:"moment"`
	Account  thads.QuantityUnit `json:"account"`
	Columns  []columnOutput     `json:"columns"`
	Rows     []rowOutput        `json:"rows"`
	Checks   []checkOutput      `json:"checks"`
	Lock     *lockOutput        `json:"lock,omitempty"`
	Warnings []string           `json:"unverified"`
}

type unitOutput struct {
	ID   thads.UnitID `json:"id"`
	Name string       `json:"name"`
}

type columnOutput struct {
	Code    string             `json:"code"`
	Path    []string           `json:"path"`
	Unit    thads.QuantityUnit `json:"unit"`
	Formula string             `json:"formula"`
}

// A rowOutput is a row: its figures by the codes of the columns, cases and đồng
// as whole numbers and shares in percent, null where there is none or it is not
// shown.
type rowOutput struct {
	Key     string                  `json:"key"`
	Parent  string                  `json:"parent,omitzero"`
	Level   int                     `json:"level"`
	Title   string                  `json:"title"`
	Unit    thads.UnitID            `json:"unit,omitzero"`
	Officer thads.OfficerID         `json:"officer,omitzero"`
	Values  map[string]*json.Number `json:"values"`
	Hidden  []string                `json:"hidden,omitzero"`
}

type checkOutput struct {
	Code   string `json:"code"`
	Rule   string `json:"rule"`
	Row    string `json:"row"`
	Passed bool   `json:"passed"`
	Left   int64  `json:"left"`
	Right  int64  `json:"right"`
}

type lockOutput struct {
	Through thads.Date `json:"through"`
	By      string     `json:"by"`
	Hash    string     `json:"hash"`
}

// json is the report for programs.
func (p *reportPaper) json() reportOutput {
	out := reportOutput{
		Form: p.Form.Code, Number: p.Form.Number, Title: p.Form.Title.VI, Source: p.Form.Source,
		Unit: unitOutput{p.Unit.ID, p.agency()}, Moment: p.Moment.output(), Account: p.Form.Unit,
		Columns: []columnOutput{}, Rows: []rowOutput{}, Checks: []checkOutput{}, Warnings: []string{},
	}
	for i := range p.Form.Columns {
		c := &p.Form.Columns[i]
		column := columnOutput{Code: c.Code, Unit: c.Unit, Formula: c.Formula.VI}
		for _, h := range c.Path {
			column.Path = append(column.Path, h.VI)
		}
		out.Columns = append(out.Columns, column)
	}
	hidden := p.hiddenCells()
	for i := range p.Rows {
		r := &p.Rows[i]
		row := rowOutput{
			Key: r.Key, Parent: r.Parent, Level: r.Level, Title: r.Title.VI, Unit: r.Unit, Officer: r.Officer, Values: map[string]*json.Number{},
		}
		for j, v := range r.Values {
			c := &p.Form.Columns[j]
			if hidden[SuppressedCell{r.Key, c.Code}] {
				row.Hidden = append(row.Hidden, c.Code)
				v.Null = true
			}
			row.Values[c.Code] = numberOutput(v, c.Unit)
		}
		out.Rows = append(out.Rows, row)
	}
	for _, c := range p.Checks {
		out.Checks = append(out.Checks, checkOutput{Code: c.Code, Rule: c.Text.VI, Row: c.Row, Passed: c.Passed, Left: c.Left, Right: c.Right})
	}
	for _, u := range p.Form.Unverified {
		out.Warnings = append(out.Warnings, u.VI)
	}
	if p.Lock != nil {
		out.Lock = &lockOutput{Through: p.Lock.Through, By: p.Lock.By, Hash: deref(p.Lock.Hash, "")}
	}
	return out
}

// numberOutput is a cell as a number of JSON; nil where there is none.
func numberOutput(v forms.Value, unit thads.QuantityUnit) *json.Number {
	if v.Null {
		return nil
	}
	n := json.Number(fmt.Sprint(v.N))
	if unit == thads.UnitPercent || unit == thads.UnitPoints {
		whole, rest, sign := v.N/100, v.N%100, ""
		if v.N < 0 {
			whole, rest, sign = -whole, -rest, "-"
		}
		n = json.Number(fmt.Sprintf("%s%d.%02d", sign, whole, rest))
	}
	return &n
}
