// Command testreport reads what "go test -json" writes and says what matters:
// each failure with its output and nothing of what went well, then one summary
// with the storage engines that were tested. It fails if a test failed, if one
// was skipped, or if an engine it is told to expect was not tested.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

func main() {
	engines := flag.String("engines", "", "the storage engines that the tests must have reached: a|b,c is a or b, and c")
	flag.Parse()
	ok, err := report(os.Stdin, os.Stdout, strings.FieldsFunc(*engines, func(r rune) bool { return r == ',' }))
	if err != nil {
		fmt.Fprintln(os.Stderr, "testreport:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

// An event is one line of "go test -json".
type event struct {
	Action      string
	Package     string
	ImportPath  string
	Test        string
	Output      string
	FailedBuild string
}

// engineMark leads the line by which a storage suite says what it ran on.
const engineMark = "tested engine: "

// A summary counts what went by.
type summary struct {
	packages, cached, tests int
	failed, skipped         []string
	engines                 []string
	output                  map[string][]string // by package and test
}

// report reads events from r and writes to w. It is false if the tests did not
// go well.
func report(r io.Reader, w io.Writer, engines []string) (bool, error) {
	s := summary{output: map[string][]string{}}
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil {
				// What is no event comes from the tool itself.
				fmt.Fprintf(w, "%s", line)
			} else {
				s.take(w, &e)
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return false, err
		}
	}
	return s.finish(w, engines), nil
}

func (s *summary) take(w io.Writer, e *event) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "output":
		if _, engine, ok := strings.Cut(e.Output, engineMark); ok {
			s.engines = append(s.engines, strings.TrimSpace(engine))
		}
		if e.Test == "" && strings.HasPrefix(e.Output, "ok ") && strings.Contains(e.Output, "(cached)") {
			s.cached++
		}
		s.output[key] = append(s.output[key], e.Output)
	case "build-output":
		s.output[e.ImportPath] = append(s.output[e.ImportPath], e.Output)
	case "build-fail":
		s.failed = append(s.failed, e.ImportPath)
		fmt.Fprint(w, strings.Join(s.output[e.ImportPath], ""))
	case "pass":
		s.count(e)
		delete(s.output, key)
	case "skip":
		if e.Test != "" { // a package without tests is "skipped" too
			s.skipped = append(s.skipped, key)
			fmt.Fprint(w, strings.Join(s.output[key], ""))
		}
	case "fail":
		s.count(e)
		s.failed = append(s.failed, strings.TrimSpace(key))
		if e.FailedBuild == "" {
			fmt.Fprintf(w, "--- %s\n%s", strings.TrimSpace(key), strings.Join(s.output[key], ""))
		}
	}
}

func (s *summary) count(e *event) {
	if e.Test == "" {
		s.packages++
	} else {
		s.tests++
	}
}

func (s *summary) finish(w io.Writer, engines []string) bool {
	slices.Sort(s.engines)
	s.engines = slices.Compact(s.engines)
	fmt.Fprintf(w, "%d packages (%d cached), %d tests, %d failures, %d skipped\n", s.packages, s.cached, s.tests, len(s.failed), len(s.skipped))
	fmt.Fprintf(w, "storage suite passed on: %s\n", strings.Join(s.engines, ", "))
	ok := len(s.failed) == 0
	if len(s.skipped) > 0 {
		fmt.Fprintf(w, "skipped, which counts as failed: %s\n", strings.Join(s.skipped, ", "))
		ok = false
	}
	for _, alternatives := range engines {
		reached := slices.ContainsFunc(strings.Split(alternatives, "|"), func(name string) bool {
			return slices.ContainsFunc(s.engines, func(e string) bool { return strings.HasPrefix(e, name+" ") })
		})
		if !reached {
			fmt.Fprintf(w, "the storage suite did not reach %s\n", alternatives)
			ok = false
		}
	}
	if s.tests == 0 {
		fmt.Fprintln(w, "no tests ran")
		ok = false
	}
	return ok
}
