package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	const (
		pass   = `{"Action":"output","Package":"p","Test":"TestA","Output":"    x_test.go:1: tested engine: sqlite 3.50\n"}` + "\n" + `{"Action":"pass","Package":"p","Test":"TestA"}` + "\n" + `{"Action":"pass","Package":"p"}` + "\n"
		cached = `{"Action":"output","Package":"q","Output":"ok  \tq\t(cached)\n"}` + "\n" + `{"Action":"pass","Package":"q"}` + "\n"
		fail   = `{"Action":"output","Package":"p","Test":"TestB","Output":"    it broke\n"}` + "\n" + `{"Action":"fail","Package":"p","Test":"TestB"}` + "\n" + `{"Action":"fail","Package":"p"}` + "\n"
		skip   = `{"Action":"output","Package":"p","Test":"TestC","Output":"    no chromium\n"}` + "\n" + `{"Action":"skip","Package":"p","Test":"TestC"}` + "\n"
		none   = `{"Action":"skip","Package":"r"}` + "\n"
		build  = `{"Action":"build-output","ImportPath":"p","Output":"x.go:1: undefined: y\n"}` + "\n" + `{"Action":"build-fail","ImportPath":"p"}` + "\n" + `{"Action":"fail","Package":"p","FailedBuild":"p"}` + "\n"
	)
	for name, tt := range map[string]struct {
		input   string
		engines string
		ok      bool
		want    []string
		not     []string
	}{
		"all is well":            {pass + cached + none, "sqlite", true, []string{"2 packages (1 cached), 1 tests, 0 failures, 0 skipped", "passed on: sqlite 3.50"}, []string{"x_test.go"}},
		"a failure":              {pass + fail, "sqlite", false, []string{"it broke", "TestB"}, []string{"x_test.go"}},
		"skipped":                {pass + skip, "sqlite", false, []string{"no chromium", "TestC"}, nil},
		"an engine is missing":   {pass, "sqlite,ferretdb|mongodb", false, []string{"did not reach ferretdb|mongodb"}, nil},
		"one of two is enough":   {pass, "mongodb|sqlite", true, nil, nil},
		"it does not compile":    {pass + build, "sqlite", false, []string{"undefined: y"}, nil},
		"nothing ran":            {none, "", false, []string{"no tests ran"}, nil},
		"what is no event shows": {"go: no such tool\n" + pass, "sqlite", true, []string{"go: no such tool"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			ok, err := report(strings.NewReader(tt.input), &out, strings.FieldsFunc(tt.engines, func(r rune) bool { return r == ',' }))
			if err != nil || ok != tt.ok {
				t.Errorf("got %v, %v", ok, err)
			}
			for _, want := range tt.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("no %q in\n%s", want, &out)
				}
			}
			for _, not := range tt.not {
				if strings.Contains(out.String(), not) {
					t.Errorf("%q in\n%s", not, &out)
				}
			}
		})
	}
}
