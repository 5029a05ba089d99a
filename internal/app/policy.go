package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// policyDoc is the policy in the collection of what is known of the store
// itself.
const policyDoc = "accessPolicy"

// An AccessPolicy is what is demanded of those who sign in.
type AccessPolicy struct {
	// SecondFactorRoles are the roles that need a second factor, in the order
	// of the table of roles.
	SecondFactorRoles []auth.Role `json:"secondFactorRoles"`

	version int64
}

// Version is the number of times the policy was written, 0 for never.
func (p *AccessPolicy) Version() int { return int(p.version) }

// AccessPolicy returns what is demanded of those who sign in.
func (a *App) AccessPolicy(ctx context.Context) (*AccessPolicy, error) {
	if _, err := a.permit(ctx, auth.ManageAccounts); err != nil {
		return nil, err
	}
	return a.readPolicy(ctx)
}

// readPolicy reads the policy; where none was ever set it demands nothing.
func (a *App) readPolicy(ctx context.Context) (*AccessPolicy, error) {
	docs, err := a.store.Get(ctx, metaCollection, thads.Everything(), policyDoc)
	if err != nil {
		return nil, unavailable(err)
	}
	p := new(AccessPolicy)
	if len(docs) == 0 {
		return p, nil
	}
	if err := json.Unmarshal(docs[0].Body, p); err != nil {
		return nil, fmt.Errorf("meta %s: %w", policyDoc, err)
	}
	p.version = docs[0].Version
	return p, nil
}

// SetAccessPolicy demands a second factor of these roles and of no others.
// version is the one that the caller saw. Sessions of people with these roles
// and no second factor have no rights from their next request on, until they set
// one up.
func (a *App) SetAccessPolicy(ctx context.Context, version int, roles []auth.Role) (*AccessPolicy, error) {
	by, err := a.permit(ctx, auth.ManageAccounts)
	if err != nil {
		return nil, err
	}
	for i, r := range roles {
		if !r.Valid() {
			return nil, thads.Errorf(thads.CodeInvalid, fmt.Sprintf("secondFactorRoles.%d", i), "Vai trò phải là một trong: %s", "The role must be one of: %s", roleNames())
		}
	}
	p := &AccessPolicy{version: int64(version) + 1}
	for _, r := range auth.Roles() {
		if slices.Contains(roles, r) {
			p.SecondFactorRoles = append(p.SecondFactorRoles, r)
		}
	}
	body, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("meta %s: %w", policyDoc, err)
	}
	doc := &store.Document{ID: policyDoc, Version: p.version, Body: body, DerivedVersion: derivedVersion, UpdatedAt: a.clock()}
	switch {
	case version < 0:
		return nil, versionConflict()
	case version == 0:
		err = a.store.Insert(ctx, metaCollection, doc)
	default:
		err = a.store.Replace(ctx, metaCollection, doc)
	}
	if errors.Is(err, store.ErrExists) || errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) {
		return nil, versionConflict()
	}
	if err != nil {
		return nil, unavailable(err)
	}
	a.log.InfoContext(ctx, "access policy changed", "secondFactorRoles", p.SecondFactorRoles, "by", string(by.ID))
	return p, nil
}
