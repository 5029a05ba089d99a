package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// importMappingCollection holds the mappings that were kept for next time. An id
// derives from the owner and the signature of the mapping: there is one for all
// files of an owner with the same headers.
var importMappingCollection = &store.Collection{
	Name: "importMapping",
	Fields: []store.Field{
		{Name: "owner", Type: store.String},
		{Name: "keptAt", Type: store.Time, Sortable: true},
	},
	Indexes: []store.Index{{"owner", "keptAt"}, {"keptAt"}},
}

const mappingPrefix = "mp"

// mappingOwner is for whose files a principal keeps mappings: those of the unit,
// or one's own where one has none.
func mappingOwner(by thads.PrincipalID, unit thads.UnitID) string {
	if unit != "" {
		return "unit/" + string(unit)
	}
	return "principal/" + string(by)
}

func mappingID(owner, signature string) string {
	return newID(mappingPrefix, thads.PrincipalID(owner), signature)
}

func decodeMapping(h store.Head) (*KeptMapping, error) {
	m := new(KeptMapping)
	if err := json.Unmarshal(h.Head, m); err != nil {
		return nil, fmt.Errorf("mapping %s: %w", h.ID, err)
	}
	return m, nil
}

// applyKept replaces the mappings of a reading by those kept for files with the
// same headers, where they still fit, and tells whether there were any.
func (a *App) applyKept(ctx context.Context, p auth.Principal, b *sheet.Book, r *sheet.Reading) (bool, error) {
	applied := false
	for _, m := range mapped(r) {
		heads, err := a.store.Heads(ctx, importMappingCollection, thads.Everything(), mappingID(mappingOwner(p.ID, p.Unit()), m.mapping.Signature()))
		if err != nil {
			return false, unavailable(err)
		}
		if len(heads) == 0 {
			continue
		}
		kept, err := decodeMapping(heads[0])
		if err != nil {
			return false, err
		}
		next := kept.Mapping
		next.Sheet, next.HeaderRow = m.mapping.Sheet, m.mapping.HeaderRow
		switch err := next.Check(b); {
		case isFault(err):
			return false, err
		case err != nil:
			continue // kept by an earlier version, which knew other fields
		}
		*m.mapping, applied = next, true
	}
	return applied, nil
}

// keepMappings keeps the mappings of a reading for the caller's files.
func (a *App) keepMappings(ctx context.Context, r *sheet.Reading) error {
	p := auth.FromContext(ctx)
	now := store.Instant(a.clock())
	for _, m := range mapped(r) {
		owner := mappingOwner(p.ID, p.Unit())
		kept := &KeptMapping{
			ID: mappingID(owner, m.mapping.Signature()), Mapping: *m.mapping,
			By: p.ID, ByName: p.Name, Unit: p.Unit(), KeptAt: now,
		}
		if err := a.keepMapping(ctx, owner, kept); err != nil {
			return err
		}
	}
	return nil
}

func (a *App) keepMapping(ctx context.Context, owner string, m *KeptMapping) error {
	head, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("mapping %s: %w", m.ID, err)
	}
	d := &store.Document{
		ID: m.ID, Version: 1, Head: head, DerivedVersion: derivedVersion, UpdatedAt: m.KeptAt,
		Fields: store.Fields{"owner": owner, "keptAt": m.KeptAt},
	}
	for {
		err := a.store.Insert(ctx, importMappingCollection, d)
		if !errors.Is(err, store.ErrExists) {
			return unavailable(err)
		}
		heads, err := a.store.Heads(ctx, importMappingCollection, thads.Everything(), m.ID)
		if err != nil {
			return unavailable(err)
		}
		d.Version = 1
		if len(heads) == 0 {
			continue // forgotten meanwhile
		}
		d.Version = heads[0].Version + 1
		err = a.store.Replace(ctx, importMappingCollection, d)
		if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) {
			return unavailable(err)
		}
		d.Version = 1
	}
}

// maxMappings bounds the kept mappings that are listed.
const maxMappings = 1000

// MappingsKept returns the mappings kept for the caller's files, the latest
// first; all of them for those who see every unit. At most 1000.
func (a *App) MappingsKept(ctx context.Context) ([]*KeptMapping, error) {
	p, err := a.permit(ctx, auth.Import)
	if err != nil {
		return nil, err
	}
	q := store.Query{Scope: thads.Everything(), Sort: "keptAt", Descending: true, Limit: min(store.MaxPage, maxMappings)}
	if !p.Everywhere(auth.Import) {
		q.Where = []store.Cond{store.Eq("owner", mappingOwner(p.ID, p.Unit()))}
	}
	page, err := findPage(ctx, a, importMappingCollection, q, decodeMapping)
	if err != nil {
		return nil, err
	}
	out := make([]*KeptMapping, len(page.Items))
	for i, it := range page.Items {
		out[i] = it.Value
	}
	return out, nil
}

// MappingForget forgets a kept mapping that the caller may see. CodeNotFound if
// there is none.
func (a *App) MappingForget(ctx context.Context, id string) error {
	p, err := a.permit(ctx, auth.Import)
	if err != nil {
		return err
	}
	for {
		heads, err := a.store.Heads(ctx, importMappingCollection, thads.Everything(), id)
		if err != nil {
			return unavailable(err)
		}
		if len(heads) == 0 {
			return notFound("mapping")
		}
		m, err := decodeMapping(heads[0])
		if err != nil {
			return err
		}
		owner := mappingOwner(m.By, m.Unit)
		if !p.Everywhere(auth.Import) && owner != mappingOwner(p.ID, p.Unit()) {
			return notFound("mapping")
		}
		err = a.store.Delete(ctx, importMappingCollection, id, heads[0].Version)
		if errors.Is(err, store.ErrConflict) {
			continue
		}
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return unavailable(err)
	}
}
