package scalar

import (
	"github.com/99designs/gqlgen/graphql"

	"github.com/thads/thads/internal/thads"
)

// The ids of each kind of record are types of their own in Go and one scalar in
// the API. An empty id is null.

func marshalID[T ~string](id T) graphql.Marshaler {
	if id == "" {
		return graphql.Null
	}
	return graphql.MarshalString(string(id))
}

// maxID bounds an id that a client sends, in bytes.
const maxID = 200

// unmarshalID reads an id; null is none.
func unmarshalID[T ~string](v any) (T, error) {
	if v == nil {
		return "", nil
	}
	s, err := graphql.UnmarshalID(v)
	if err != nil {
		return "", err
	}
	if len(s) > maxID {
		return "", errID()
	}
	return T(s), nil
}

// MarshalID writes an id of whatever kind.
func MarshalID(id string) graphql.Marshaler { return marshalID(id) }

// UnmarshalID reads an id of whatever kind.
func UnmarshalID(v any) (string, error) { return unmarshalID[string](v) }

// MarshalUnitID writes an id.
func MarshalUnitID(id thads.UnitID) graphql.Marshaler { return marshalID(id) }

// UnmarshalUnitID reads an id.
func UnmarshalUnitID(v any) (thads.UnitID, error) { return unmarshalID[thads.UnitID](v) }

// MarshalOfficerID writes an id.
func MarshalOfficerID(id thads.OfficerID) graphql.Marshaler { return marshalID(id) }

// UnmarshalOfficerID reads an id.
func UnmarshalOfficerID(v any) (thads.OfficerID, error) { return unmarshalID[thads.OfficerID](v) }

// MarshalCaseID writes an id.
func MarshalCaseID(id thads.CaseID) graphql.Marshaler { return marshalID(id) }

// UnmarshalCaseID reads an id.
func UnmarshalCaseID(v any) (thads.CaseID, error) { return unmarshalID[thads.CaseID](v) }

// MarshalVerdictID writes an id.
func MarshalVerdictID(id thads.VerdictID) graphql.Marshaler { return marshalID(id) }

// UnmarshalVerdictID reads an id.
func UnmarshalVerdictID(v any) (thads.VerdictID, error) { return unmarshalID[thads.VerdictID](v) }

// MarshalDirectiveID writes an id.
func MarshalDirectiveID(id thads.DirectiveID) graphql.Marshaler { return marshalID(id) }

// UnmarshalDirectiveID reads an id.
func UnmarshalDirectiveID(v any) (thads.DirectiveID, error) { return unmarshalID[thads.DirectiveID](v) }

// MarshalTaskID writes an id.
func MarshalTaskID(id thads.TaskID) graphql.Marshaler { return marshalID(id) }

// UnmarshalTaskID reads an id.
func UnmarshalTaskID(v any) (thads.TaskID, error) { return unmarshalID[thads.TaskID](v) }

// MarshalDirectedCaseID writes an id.
func MarshalDirectedCaseID(id thads.DirectedCaseID) graphql.Marshaler { return marshalID(id) }

// UnmarshalDirectedCaseID reads an id.
func UnmarshalDirectedCaseID(v any) (thads.DirectedCaseID, error) {
	return unmarshalID[thads.DirectedCaseID](v)
}

// MarshalConferenceID writes an id.
func MarshalConferenceID(id thads.ConferenceID) graphql.Marshaler { return marshalID(id) }

// UnmarshalConferenceID reads an id.
func UnmarshalConferenceID(v any) (thads.ConferenceID, error) {
	return unmarshalID[thads.ConferenceID](v)
}

// MarshalTargetID writes an id.
func MarshalTargetID(id thads.TargetID) graphql.Marshaler { return marshalID(id) }

// UnmarshalTargetID reads an id.
func UnmarshalTargetID(v any) (thads.TargetID, error) { return unmarshalID[thads.TargetID](v) }

// MarshalPrincipalID writes an id.
func MarshalPrincipalID(id thads.PrincipalID) graphql.Marshaler { return marshalID(id) }

// UnmarshalPrincipalID reads an id.
func UnmarshalPrincipalID(v any) (thads.PrincipalID, error) { return unmarshalID[thads.PrincipalID](v) }

// MarshalGroundCode writes the code of a legal ground.
func MarshalGroundCode(id thads.GroundCode) graphql.Marshaler { return marshalID(id) }

// UnmarshalGroundCode reads the code of a legal ground.
func UnmarshalGroundCode(v any) (thads.GroundCode, error) { return unmarshalID[thads.GroundCode](v) }

// MarshalRuleCode writes the code of a rule of deadlines.
func MarshalRuleCode(id thads.RuleCode) graphql.Marshaler { return marshalID(id) }

// UnmarshalRuleCode reads the code of a rule of deadlines.
func UnmarshalRuleCode(v any) (thads.RuleCode, error) { return unmarshalID[thads.RuleCode](v) }

func errID() error {
	return thads.Errorf(thads.CodeOutOfRange, "", "Mã dài quá %d byte", "The id is longer than %d bytes", maxID)
}
