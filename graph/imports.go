package graph

import (
	"context"
	"strconv"

	"github.com/thads/thads/graph/model"
	"github.com/thads/thads/graph/view"
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

// changeImport changes an import and splits the answer into what a payload holds.
func changeImport(ctx context.Context, id string, version int, key *string, do func(app.ImportChange) (*app.Import, error)) (*model.ImportPayload, error) {
	// A version of 0 would change whatever the import has become meanwhile.
	if version < 1 {
		userErrors, err := outcome(ctx, thads.Errorf(thads.CodeOutOfRange, "version", "Phiên bản phải từ 1", "A version is at least 1"))
		return &model.ImportPayload{UserErrors: userErrors}, err
	}
	im, err := do(app.ImportChange{ID: id, Version: version, Key: value(key)})
	userErrors, err := outcome(ctx, err)
	return &model.ImportPayload{Import: im, UserErrors: userErrors}, err
}

// readingOf reads how a file is to be read.
func readingOf(in *model.ImportReadingInput) (r sheet.Reading, err error) {
	if r.Cases, err = mappingOf(in.Cases, sheet.Cases, "reading.cases"); err != nil {
		return r, err
	}
	if r.Events, err = mappingOf(in.Events, sheet.CaseEvents, "reading.events"); err != nil {
		return r, err
	}
	r.Records, err = mappingOf(in.Records, "", "reading.records")
	return r, err
}

// mappingOf reads how a sheet is to be read as a register, which the input names
// where it is "". path is where the input stands.
func mappingOf(in *model.ImportMappingInput, register sheet.Kind, path string) (*sheet.Mapping, error) {
	if in == nil {
		return nil, nil
	}
	switch given := value(in.Register); {
	case register == "" && given == "":
		return nil, thads.Errorf(thads.CodeRequired, path+".register", "Thiếu loại sổ", "The register is missing")
	case register == "" && !given.IsRecords(), register != "" && given != "" && given != register:
		return nil, thads.Errorf(thads.CodeInvalid, path+".register", "Loại sổ không thuộc về chỗ này", "This register does not belong here")
	case register == "":
		register = given
	}
	m := &sheet.Mapping{Register: register, Sheet: value(in.Sheet), HeaderRow: in.HeaderRow, Formulas: in.Formulas}
	for _, c := range in.Columns {
		m.Columns = append(m.Columns, sheet.MappedColumn{Column: c.Column, Title: value(c.Title), Field: value(c.Field), Unit: value(c.Unit)})
	}
	for i, c := range in.Constants {
		if m.Constants == nil {
			m.Constants = map[string]string{}
		}
		if _, twice := m.Constants[c.Field]; twice {
			return nil, thads.Errorf(thads.CodeDuplicate, path+".constants."+strconv.Itoa(i)+".field", "Giá trị chung của %s được nhập hai lần", "The constant %s is given twice", c.Field)
		}
		m.Constants[c.Field] = c.Value
	}
	return m, nil
}

// sheetsOf are the names of the sheets of a file.
func (r *Resolver) sheetsOf(ctx context.Context, im *app.Import) ([]string, error) {
	names, err := r.app.ImportSheets(ctx, im.ID)
	out := []string{}
	for _, name := range names {
		if name != "" { // the only one of a CSV file
			out = append(out, name)
		}
	}
	return out, err
}

// previewOf shows the first rows of a register that the file has.
func (r *Resolver) previewOf(ctx context.Context, im *app.Import, register sheet.Kind, rows int) ([]*sheet.PreviewRow, error) {
	p, err := r.app.ImportPreview(ctx, im.ID, register, rows)
	if err != nil {
		return nil, err
	}
	return view.Pointers(p.Rows), nil
}

// forgetMapping forgets a kept mapping.
func (r *Resolver) forgetMapping(ctx context.Context, id string) (*model.ImportMappingForgetPayload, error) {
	userErrors, err := outcome(ctx, r.app.MappingForget(ctx, id))
	if err != nil || len(userErrors) > 0 {
		return &model.ImportMappingForgetPayload{UserErrors: userErrors}, err
	}
	return &model.ImportMappingForgetPayload{Mapping: &id, UserErrors: userErrors}, nil
}
