// Package internal_test holds the rules of who may import whom.
package internal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// module is the path of this module.
const module = "github.com/thads/thads"

// A rule says what a package may import of this module, and of others. Paths
// are relative to the module; a path that ends in "/..." covers the packages
// below it.
type rule struct {
	pkg string
	// own are the packages of this module that it may import.
	own []string
	// others are the beginnings of import paths of other modules that it, and
	// everything that it imports, may import; nil allows any, an empty list
	// none.
	others []string
	// never are the packages, of this module or others, that must not be
	// reached, not even through others.
	never []string
}

var (
	drivers = []string{"zombiezen.com/", "modernc.org/", "go.mongodb.org/"}
	engines = []string{"internal/store/sqlite", "internal/store/mongo"}
	graphql = []string{"github.com/99designs/", "github.com/vektah/"}
)

// rules are the arrows of ARCHITECTURE.md:
//
//	cli → httpd, graph, demo → app → store (contract), ledger, forms, sheet, auth → thads
//
// A package that is not listed breaks them all: whoever adds one says here
// where it belongs.
func rules() []rule {
	concat := func(lists ...[]string) []string { return slices.Concat(lists...) }
	text := []string{"golang.org/x/text/"}
	domain := []string{"internal/thads"}
	return []rule{
		// What everything stands on: the law and its arithmetic.
		{pkg: "internal/thads", others: text, never: concat(drivers, graphql, []string{"net/http", "log/slog"})},
		{pkg: "internal/auth", own: domain, others: concat(text, []string{"golang.org/x/crypto/", "golang.org/x/sys/cpu"})},
		{pkg: "internal/request", own: nil, others: text},
		{pkg: "internal/store", own: domain, others: text, never: drivers},
		{pkg: "internal/ledger", own: domain, others: text, never: concat(drivers, graphql, engines, []string{"internal/store"})},
		{pkg: "internal/forms", own: concat(domain, []string{"internal/ledger"}), others: text, never: concat(drivers, graphql)},
		{pkg: "internal/sheet", own: domain, never: concat(drivers, graphql)},

		// The engines know the contract and their driver.
		{pkg: "internal/store/sqlite", own: concat(domain, []string{"internal/store"}), never: graphql},
		{pkg: "internal/store/mongo", own: concat(domain, []string{"internal/store"}), never: graphql},
		{pkg: "internal/store/storetest", own: concat(domain, []string{"internal/store"}), never: concat(drivers, graphql)},

		// The use cases.
		{
			pkg:   "internal/app",
			own:   concat(domain, []string{"internal/auth", "internal/request", "internal/store", "internal/ledger", "internal/forms", "internal/sheet"}),
			never: concat(drivers, graphql, engines),
		},

		{
			pkg: "internal/oidc", own: concat(domain, []string{"internal/auth"}),
			others: concat(text, []string{"github.com/coreos/go-oidc/", "github.com/go-jose/", "golang.org/x/oauth2", "golang.org/x/crypto/", "golang.org/x/sys/cpu"}),
			never:  concat(drivers, graphql, engines),
		},

		// What stands before them.
		{
			pkg:   "internal/httpd",
			own:   concat(domain, []string{"internal/app", "internal/auth", "internal/oidc", "internal/request", "internal/sheet", "internal/store", "web"}),
			never: concat(drivers, graphql, engines),
		},
		{
			pkg:   "graph/...",
			own:   concat(domain, []string{"graph/...", "internal/app", "internal/auth", "internal/forms", "internal/ledger", "internal/request", "internal/sheet", "internal/store"}),
			never: concat(drivers, engines, []string{"internal/httpd"}),
		},
		{
			pkg:   "internal/demo",
			own:   concat(domain, []string{"internal/app", "internal/auth", "internal/store"}),
			never: concat(drivers, graphql, engines),
		},
		{pkg: "web", own: nil, others: []string{}},

		// What wires them: the only place that knows both engines.
		{pkg: "internal/config", own: domain, others: text},
		{pkg: "internal/cli", own: []string{"..."}},
		{pkg: "", own: []string{"internal/cli"}},
		// This test, and tools that are no part of the program.
		{pkg: "internal"},
		{pkg: "internal/bench", own: []string{"..."}},
		{pkg: "internal/tools/...", own: []string{"..."}},
	}
}

// goPackage is what go list tells of a package.
type goPackage struct {
	ImportPath string
	Dir        string
	Imports    []string
	Deps       []string
	GoFiles    []string
	Standard   bool
}

func list(t *testing.T) map[string]goPackage {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=ImportPath,Dir,Imports,Deps,GoFiles,Standard", "./...")
	cmd.Dir = ".."
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &errs)
	}
	pkgs := map[string]goPackage{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs[p.ImportPath] = p
	}
}

// relative returns the path within the module, and whether it is of the module.
func relative(path string) (string, bool) {
	if path == module {
		return "", true
	}
	return strings.CutPrefix(path, module+"/")
}

// covers tells whether a pattern names a path.
func covers(pattern, path string) bool {
	if pattern == "..." {
		return true
	}
	if parent, ok := strings.CutSuffix(pattern, "/..."); ok {
		return path == parent || strings.HasPrefix(path, parent+"/")
	}
	return path == pattern
}

func coveredBy(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return covers(p, path) })
}

// ruleFor returns the rule of a package: the one that names it, otherwise the
// first that covers it.
func ruleFor(all []rule, path string) (rule, bool) {
	for _, exact := range []bool{true, false} {
		for _, r := range all {
			if r.pkg == path || !exact && covers(r.pkg, path) {
				return r, true
			}
		}
	}
	return rule{}, false
}

// broken returns a sentence for each import that breaks a rule.
func broken(all []rule, pkgs map[string]goPackage) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for _, path := range slices.Sorted(func(yield func(string) bool) {
		for path := range pkgs {
			if !yield(path) {
				return
			}
		}
	}) {
		p := pkgs[path]
		name, ours := relative(path)
		if !ours {
			continue
		}
		r, ok := ruleFor(all, name)
		if !ok {
			say("The package %s is in no rule: say in internal/imports_test.go where it belongs.", name)
			continue
		}
		shown := name
		if shown == "" {
			shown = "main"
		}
		for _, imported := range p.Imports {
			if other, ours := relative(imported); ours && !coveredBy(r.own, other) {
				say("%s imports %s; of this module it may import only %v.", shown, other, r.own)
			}
		}
		for _, dep := range p.Deps {
			other, ours := relative(dep)
			if !ours {
				other = dep
			}
			if i := slices.IndexFunc(r.never, func(n string) bool {
				return other == n || strings.HasSuffix(n, "/") && strings.HasPrefix(other, n)
			}); i >= 0 {
				say("%s reaches %s, which it must never know.", shown, other)
			}
			known, isPackage := pkgs[dep]
			if ours || r.others == nil || isPackage && known.Standard || !strings.Contains(strings.Split(dep, "/")[0], ".") {
				continue
			}
			if !slices.ContainsFunc(r.others, func(o string) bool { return strings.HasPrefix(dep, o) }) {
				say("%s reaches %s; of other modules it may know only %v.", shown, dep, r.others)
			}
		}
		if name != "internal/cli" && name != "" && !strings.HasPrefix(name, "internal/tools/") {
			if both := slices.DeleteFunc(slices.Clone(engines), func(e string) bool { return !slices.Contains(p.Imports, module+"/"+e) }); len(both) == len(engines) {
				say("%s imports both engines; only internal/cli may.", shown)
			}
		}
	}
	return out
}

func TestImports(t *testing.T) {
	pkgs := list(t)
	if _, ok := pkgs[module+"/internal/thads"]; !ok {
		t.Fatal("go list does not list the packages of this module")
	}
	for _, sentence := range broken(rules(), pkgs) {
		t.Error(sentence)
	}
}

// The rules must bite: each of these breaks one.
func TestTheRulesBite(t *testing.T) {
	p := func(path string, imports ...string) map[string]goPackage {
		pkgs := map[string]goPackage{}
		g := goPackage{ImportPath: strings.TrimSuffix(module+"/"+path, "/")}
		for _, i := range imports {
			if !strings.Contains(strings.Split(i, "/")[0], ".") && (strings.HasPrefix(i, "internal/") || strings.HasPrefix(i, "graph") || i == "web") {
				i = module + "/" + i
			}
			g.Imports, g.Deps = append(g.Imports, i), append(g.Deps, i)
		}
		pkgs[g.ImportPath] = g
		return pkgs
	}
	for name, tt := range map[string]struct {
		pkgs map[string]goPackage
		want string // "" for nothing
	}{
		"the domain knows the standard library": {p("internal/thads", "time", "golang.org/x/text/unicode/norm"), ""},
		"the domain knows a module":             {p("internal/thads", "github.com/google/uuid"), "internal/thads reaches github.com/google/uuid"},
		"the domain knows the store":            {p("internal/thads", "internal/store"), "internal/thads imports internal/store"},
		"the contract knows an engine":          {p("internal/store", "internal/store/sqlite"), "internal/store imports internal/store/sqlite"},
		"the ledger knows the store":            {p("internal/ledger", "internal/store"), "internal/ledger imports internal/store"},
		"the use cases know an engine":          {p("internal/app", "internal/store/mongo"), "internal/app imports internal/store/mongo"},
		"the use cases know GraphQL":            {p("internal/app", "github.com/99designs/gqlgen/graphql"), "internal/app reaches github.com/99designs"},
		"the use cases know the API":            {p("internal/app", "graph"), "internal/app imports graph"},
		"the API knows a driver":                {p("graph", "go.mongodb.org/mongo-driver/v2/mongo"), "graph reaches go.mongodb.org"},
		"the provider knows the use cases":      {p("internal/oidc", "internal/app"), "internal/oidc imports internal/app"},
		"a part of the API knows HTTP":          {p("graph/generated", "internal/httpd"), "graph/generated imports internal/httpd"},
		"an engine knows the use cases":         {p("internal/store/sqlite", "internal/app"), "internal/store/sqlite imports internal/app"},
		"an engine knows the other":             {p("internal/store/mongo", "internal/store/sqlite"), "internal/store/mongo imports internal/store/sqlite"},
		"the pages know anything":               {p("web", "internal/thads"), "web imports internal/thads"},
		"the pages know a module":               {p("web", "github.com/rs/cors"), "web reaches github.com/rs/cors"},
		"the wiring knows both engines":         {p("internal/cli", engines...), ""},
		"main wires":                            {p("", "internal/app"), "main imports internal/app"},
		"a package without a rule":              {p("internal/utils"), "internal/utils is in no rule"},
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(broken(rules(), tt.pkgs), "\n")
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// The domain is told what time it is and never looks.
func TestTheDomainDoesNotReadTheClock(t *testing.T) {
	files, err := filepath.Glob("thads/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, use := range clockReads(file) {
			t.Errorf("%s: internal/thads must not read the clock: the time is an argument.", set.Position(use))
		}
	}
}

// clockReads returns where a file uses what reads the clock.
func clockReads(file *ast.File) []token.Pos {
	local := ""
	for _, i := range file.Imports {
		if i.Path.Value == `"time"` {
			if local = "time"; i.Name != nil {
				local = i.Name.Name
			}
		}
	}
	var uses []token.Pos
	ast.Inspect(file, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok || local == "" {
			return true
		}
		if x, ok := s.X.(*ast.Ident); ok && x.Name == local &&
			slices.Contains([]string{"Now", "Since", "Until", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer", "Sleep"}, s.Sel.Name) {
			uses = append(uses, s.Pos())
		}
		return true
	})
	return uses
}

func TestReadingTheClockIsSeen(t *testing.T) {
	for source, want := range map[string]int{
		`import "time"; var _ = time.Now()`:                            1,
		`import "time"; var _ = time.Now`:                              1,
		`import clock "time"; func f(t clock.Time) { clock.Since(t) }`: 1,
		`import "time"; var _ = time.Unix(0, 0)`:                       0,
		`import "time"; type T struct{ Now int }; var _ = T{}.Now`:     0,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x; "+source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(clockReads(file)); got != want {
			t.Errorf("%s: %d uses, want %d", source, got, want)
		}
	}
}
