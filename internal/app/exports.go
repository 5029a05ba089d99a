package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

// ExportOptions say what of the cases is exported, how and why.
type ExportOptions struct {
	Format sheet.Format
	// Filter, By and Descending choose and order the cases as Cases does.
	Filter     *CaseFilter
	By         CaseOrderField
	Descending bool
	// Numbers asks for identity and account numbers, which needs the right UNMASK,
	// a Purpose and a Reason.
	Numbers bool
	ExportReason
}

// An ExportReason says why a register is taken out.
type ExportReason struct {
	// Purpose is one of those of the caller's roles, or "".
	Purpose auth.Purpose
	// Reason is in the caller's words, 10 to 500 characters, or "".
	Reason string
	// Recorded, where it is not nil, hears of the record of the export before the
	// first byte is written.
	Recorded func(*Disclosure)
}

// recordExport puts an export on record, after which it may begin, and returns
// what the file says of itself.
func (a *App) recordExport(ctx context.Context, title string, f sheet.Format, filter any, data []auth.PersonalData, why ExportReason) (sheet.About, error) {
	d, err := a.disclose(ctx, Disclosure{
		Kind: DisclosedExport, Data: data, Purpose: why.Purpose, Reason: why.Reason, Export: exportWords(title, f, filter),
	})
	if err != nil {
		return sheet.About{}, err
	}
	if why.Recorded != nil {
		why.Recorded(d)
	}
	return sheet.About{Title: title, By: cmp.Or(d.ByName, string(d.By)), At: d.At, Record: d.ID}, nil
}

// checkReason refuses purposes that the caller may not state and reasons that say
// nothing. Both are needed where needed is set.
func checkReason(why *ExportReason, held []auth.Purpose, needed bool) error {
	var es thads.Errors
	switch {
	case why.Purpose == "" && needed:
		es.Add(thads.CodeRequired, "purpose", "Xuất số định danh, số tài khoản cần nêu mục đích (purpose)", "Numbers are exported for a stated purpose only")
	case why.Purpose != "" && !slices.Contains(held, why.Purpose):
		es.Add(thads.CodeForbidden, "purpose", "Vai trò của bạn không được nêu mục đích %q", "Your roles do not have the purpose %q", string(why.Purpose))
	}
	switch {
	case why.Reason == "" && needed:
		es.Add(thads.CodeRequired, "reason", "Xuất số định danh, số tài khoản cần nêu lý do (reason)", "Numbers are exported for a stated reason only")
	case why.Reason != "":
		reason, err := disclosureReason(why.Reason)
		if err != nil {
			refusals, _ := thads.Refusals(err)
			es = append(es, refusals...)
		}
		why.Reason = reason
	}
	return es.Err()
}

// maxExportWords bounds what is kept of an export's filter, in characters.
const maxExportWords = 1000

// exportWords says which register was exported, and by which filter.
func exportWords(title string, f sheet.Format, filter any) string {
	words := title + " (." + string(f) + ")"
	if chosen := filterWords(filter); chosen != "" {
		words += "; lọc: " + chosen
	}
	if runes := []rune(words); len(runes) > maxExportWords {
		words = string(runes[:maxExportWords-1]) + "…"
	}
	return words
}

// filterWords lists the conditions of a filter, a pointer to a struct. What the
// access records tell is read by people who may open no case: numbers and names by
// which persons were looked for are masked.
func filterWords(filter any) string {
	v := reflect.ValueOf(filter)
	if !v.IsValid() || v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return ""
	}
	var parts []string
	for v, i := v.Elem(), 0; i < v.NumField(); i++ {
		if v.Field(i).IsZero() {
			continue
		}
		value, err := json.Marshal(v.Field(i).Interface())
		if typed, isText := v.Field(i).Interface().(*string); isText {
			switch v.Type().Field(i).Name {
			case "IdentityNumber":
				value = []byte(maskNumber(*typed))
			case "Text":
				if !isNumberText(*typed) {
					value = []byte(strconv.Quote(thads.MaskName(*typed)))
				}
			}
		}
		if err == nil {
			parts = append(parts, v.Type().Field(i).Name+" = "+string(value))
		}
	}
	return strings.Join(parts, ", ")
}

// exportFile writes a file by fill, and gives it up where that fails.
func (a *App) exportFile(w io.Writer, f sheet.Format, about sheet.About, fill func(*sheet.File) error) (err error) {
	file, err := sheet.NewFile(w, f, about)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Abort()) }()
	if err := fill(file); err != nil {
		return err
	}
	return file.Close()
}

// ExportTemplate writes an empty register to be filled in and imported.
func (a *App) ExportTemplate(ctx context.Context, w io.Writer, k sheet.Kind, f sheet.Format) error {
	if _, err := a.permit(ctx, auth.Read); err != nil {
		return err
	}
	if k != sheet.Cases && k != sheet.CaseEvents && !k.IsRecords() {
		return thads.Errorf(thads.CodeUnknown, "register", "Không có sổ %q", "There is no register %q", string(k))
	}
	return sheet.WriteTemplate(w, k, f)
}
