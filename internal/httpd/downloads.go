package httpd

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

// RegisterOf returns the register that a word in an address or a command names,
// "case-events", with its names.
func RegisterOf(noun string) (thads.Term[sheet.Kind], bool) {
	for _, t := range Registers() {
		if noun == Noun(t.Value) {
			return t, true
		}
	}
	return thads.Term[sheet.Kind]{}, false
}

// Registers are all registers that can be handed out, with their names.
func Registers() []thads.Term[sheet.Kind] { return slices.Concat(sheet.Kinds(), sheet.RecordKinds()) }

// Noun is the word for a register in addresses and commands.
func Noun(k sheet.Kind) string { return strings.ToLower(strings.ReplaceAll(string(k), "_", "-")) }

// fileOf returns which register and format a request asks for.
func fileOf(r *http.Request) (thads.Term[sheet.Kind], sheet.Format, bool) {
	file := r.PathValue("file")
	noun, extension, _ := strings.Cut(file, ".")
	format, isFormat := sheet.FormatOf(file)
	register, known := RegisterOf(noun)
	return register, format, known && isFormat && extension == string(format)
}

// serveExport hands out a register: of cases, those that the parameters filter
// and orderBy choose, like the list of the API. The name of the file ends in the
// record that was made of the export.
func (s *Server) serveExport(w http.ResponseWriter, r *http.Request) {
	register, format, ok := fileOf(r)
	if !ok {
		s.refuse(w, r, http.StatusNotFound, problemNoFile)
		return
	}
	f := file{name: register.Name.VI + " " + s.o.Backend.Today().String() + "." + string(format), format: format, mark: new(string)}
	write, err := s.exportOf(r, register.Value, format, func(d *app.Disclosure) { *f.mark = d.ID })
	if err != nil {
		s.refuseError(w, r, err)
		return
	}
	s.send(w, r, f, write)
}

// An exporter writes a file.
type exporter func(ctx context.Context, w io.Writer) error

// exportOf returns what writes a register, with the arguments read. The
// parameters purpose and reason say why it is taken out, and numbers asks for
// identity and account numbers. recorded hears of the record that is made of it.
func (s *Server) exportOf(r *http.Request, k sheet.Kind, f sheet.Format, recorded func(*app.Disclosure)) (exporter, error) {
	if k.IsRecords() {
		return s.recordsOf(r, k, f, recorded)
	}
	q, err := parameters(r, "filter", "orderBy", "direction", "numbers", "purpose", "reason")
	if err != nil {
		return nil, err
	}
	o, err := s.o.Arguments.Cases(r.Context(), q.Get("filter"), q.Get("orderBy"), q.Get("direction"))
	if err != nil {
		return nil, err
	}
	o.Format, o.ExportReason = f, reasonOf(q, recorded)
	if o.Numbers, err = yes(q, "numbers"); err != nil {
		return nil, err
	}
	export := s.o.Backend.ExportCases
	if k == sheet.CaseEvents {
		export = s.o.Backend.ExportCaseEvents
	}
	return func(ctx context.Context, w io.Writer) error { return export(ctx, w, o) }, nil
}

// recordsOf does the same for other records than cases. The parameter events
// asks for their events in a CSV file, which can be imported again.
func (s *Server) recordsOf(r *http.Request, k sheet.Kind, f sheet.Format, recorded func(*app.Disclosure)) (exporter, error) {
	q, err := parameters(r, "filter", "orderBy", "direction", "events", "purpose", "reason")
	if err != nil {
		return nil, err
	}
	o, err := s.o.Arguments.Records(r.Context(), k, q.Get("filter"), q.Get("orderBy"), q.Get("direction"))
	if err != nil {
		return nil, err
	}
	o.Format, o.ExportReason = f, reasonOf(q, recorded)
	if o.Events, err = yes(q, "events"); err != nil {
		return nil, err
	}
	return func(ctx context.Context, w io.Writer) error { return s.o.Backend.ExportRecords(ctx, w, k, o) }, nil
}

// reasonOf is why a register is taken out, as the parameters say.
func reasonOf(q url.Values, recorded func(*app.Disclosure)) app.ExportReason {
	return app.ExportReason{Purpose: auth.Purpose(q.Get("purpose")), Reason: q.Get("reason"), Recorded: recorded}
}

// yes reads a parameter that is true or false; false where it is missing.
func yes(q url.Values, name string) (bool, error) {
	if !q.Has(name) {
		return false, nil
	}
	v, err := strconv.ParseBool(q.Get(name))
	if err != nil {
		return false, thads.Errorf(thads.CodeInvalid, name, "Tham số %s là true hoặc false", "The parameter %s is true or false", name)
	}
	return v, nil
}

// parameters returns those of the request. Unknown and doubled names are
// refused: a filter that is misspelt would otherwise hand out everything.
func parameters(r *http.Request, known ...string) (url.Values, error) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, thads.Errorf(thads.CodeInvalid, "", "Địa chỉ không đọc được", "The address cannot be read")
	}
	for name, values := range q {
		if len(values) > 1 || !slices.Contains(known, name) {
			return nil, thads.Errorf(thads.CodeNotAllowed, name, "Tham số %q không có hoặc lặp lại", "The parameter %q is unknown or repeated", name)
		}
	}
	return q, nil
}

// serveTemplate hands out an empty register to be filled in.
func (s *Server) serveTemplate(w http.ResponseWriter, r *http.Request) {
	register, format, ok := fileOf(r)
	if !ok {
		s.refuse(w, r, http.StatusNotFound, problemNoFile)
		return
	}
	first, size := utf8.DecodeRuneInString(register.Name.VI)
	name := "Mẫu " + string(unicode.ToLower(first)) + register.Name.VI[size:] + "." + string(format)
	s.send(w, r, file{name: name, format: format}, func(ctx context.Context, w io.Writer) error {
		return s.o.Backend.ExportTemplate(ctx, w, register.Value, format)
	})
}

// serveProblems hands out the rows of an import that have problems.
func (s *Server) serveProblems(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	im, err := s.o.Backend.Import(r.Context(), id)
	switch {
	case err != nil:
		s.refuseError(w, r, err)
		return
	case im == nil:
		s.refuse(w, r, http.StatusNotFound, problemNoFile)
		return
	}
	s.send(w, r, file{name: problemFileName(im), format: sheet.XLSX}, func(ctx context.Context, w io.Writer) error {
		return s.o.Backend.ImportProblemFile(ctx, id, w)
	})
}

// problemFileName is what the rows to be mended of a file are called.
func problemFileName(im *app.Import) string {
	return strings.TrimSuffix(im.File, path.Ext(im.File)) + " – vấn đề." + string(sheet.XLSX)
}
