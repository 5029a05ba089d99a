package sheet

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// A template explains every column, its examples and choices are understood, and
// empty it is read as a register without rows.
func TestTemplates(t *testing.T) {
	t.Run(string(Cases), func(t *testing.T) { checkTemplate(t, Cases, casesSheet, newRegister()) })
	t.Run(string(CaseEvents), func(t *testing.T) { checkTemplate(t, CaseEvents, eventsSheet, newEventRegister()) })
	if err := WriteTemplate(&bytes.Buffer{}, "X", XLSX); err == nil {
		t.Error("there is a template of no register")
	}
	if err := WriteTemplate(&bytes.Buffer{}, Cases, "ods"); err == nil {
		t.Error("there is a template in no format")
	}
}

func checkTemplate[R any](t *testing.T, k Kind, name string, reg *register[R]) {
	var b bytes.Buffer
	if err := WriteTemplate(&b, k, XLSX); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if diff := cmp.Diff([]string{name, guideSheet, listsSheet}, f.GetSheetList()); diff != "" {
		t.Error(diff)
	}
	guide, err := f.GetRows(guideSheet)
	if err != nil {
		t.Fatal(err)
	}
	lists, err := f.GetCols(listsSheet)
	if err != nil {
		t.Fatal(err)
	}
	offered := map[string][]string{}
	for _, column := range lists {
		var names []string
		for _, n := range column[1:] {
			if n != "" {
				names = append(names, n)
			}
		}
		offered[column[0]] = names
	}
	validations, err := f.GetDataValidations(name)
	if err != nil {
		t.Fatal(err)
	}
	choosing := map[string]bool{}
	for _, v := range validations {
		choosing[v.Sqref] = strings.HasPrefix(v.Formula1, "'"+listsSheet+"'!$")
	}
	explained := guide[len(guide)-len(reg.columns):]
	for i := range reg.columns {
		c := &reg.columns[i]
		at := Letter(i + 1)
		if head, err := f.GetCellValue(name, at+"1"); err != nil || strings.TrimSuffix(head, " *") != c.header || strings.HasSuffix(head, " *") != c.required {
			t.Errorf("column %s is headed %q, want %q (%v)", at, head, c.header, err)
		}
		if r := explained[i]; len(r) < 7 || r[0] != at || r[1] != c.header || r[3] == "" || r[4] == "" || r[5] == "" || r[6] == "" {
			t.Errorf("column %q is explained as %q", c.header, r)
		}
		for _, text := range append([]string{c.example}, c.choices()...) {
			v := reading{cell: &Cell{Kind: Text, Text: text}, book: &Book{}}
			var row R
			if c.set(&row, &v); v.code != "" || c.get(&row) == nil {
				// Legal grounds are understood together with the event.
				if c.code != "ground" || v.code != "" {
					t.Errorf("%q in the column %q: %s", text, c.header, v.text.VI)
				}
			}
		}
		if diff := cmp.Diff(c.choices(), offered[c.header]); diff != "" {
			t.Errorf("column %q offers (-columns +list):\n%s", c.header, diff)
		}
		if is, want := choosing[at+"2:"+at+"500000"], len(c.choices()) > 0 && !holdsSeveral(c.code); is != want {
			t.Errorf("column %q has a list to choose from: %v", c.header, is)
		}
	}
	for _, format := range []Format{XLSX, CSV} {
		b.Reset()
		if err := WriteTemplate(&b, k, format); err != nil {
			t.Fatal(err)
		}
		if entries, problems := entriesOf(t, b.Bytes()); len(entries) > 0 || len(problems) > 0 {
			t.Errorf("the empty template in %s: %d entries, %q", format, len(entries), problems)
		}
	}
}
