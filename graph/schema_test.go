package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/thads/thads/graph"
	"github.com/thads/thads/internal/app"
	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/forms"
	"github.com/thads/thads/internal/ledger"
	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

// terms are the values of a table of the domain.
func terms[T ~string](table []thads.Term[T]) []string {
	var out []string
	for _, t := range table {
		out = append(out, string(t.Value))
	}
	return out
}

// kinds are the kinds of a table of events.
func kinds[K ~string](specs []thads.EventSpec[K]) []string {
	var out []string
	for _, s := range specs {
		out = append(out, string(s.Kind))
	}
	return out
}

func each[S any, V ~string](list []S, value func(S) V) []string {
	var out []string
	for _, s := range list {
		out = append(out, string(value(s)))
	}
	return out
}

func plain[T ~string](values ...T) []string {
	var out []string
	for _, v := range values {
		out = append(out, string(v))
	}
	return out
}

// Every enumeration of the schema has exactly the values of the domain.
func TestEnumerationsAreThoseOfTheDomain(t *testing.T) {
	measures := terms(slices.Concat(thads.SecurityMeasures(), thads.CoerciveMeasures()))
	want := map[string][]string{
		"CaseState":           terms(thads.CaseStates()),
		"CaseEventKind":       each(thads.CaseEventSpecs(), func(s thads.CaseEventSpec) thads.CaseEventKind { return s.Kind }),
		"Initiation":          terms(thads.Initiations()),
		"JudgmentKind":        terms(thads.JudgmentKinds()),
		"PartyRole":           terms(thads.PartyRoles()),
		"PartyKind":           terms(thads.PartyKinds()),
		"ObligationKind":      terms(thads.ObligationKinds()),
		"CaseTag":             terms(thads.Tags()),
		"VerificationFinding": terms(thads.Findings()),
		"Measure":             measures,

		"UnitLevel":     each(thads.UnitLevels(), func(s thads.UnitLevelSpec) thads.UnitLevel { return s.Level }),
		"UnitState":     terms(thads.UnitStates()),
		"UnitEventKind": kinds(thads.UnitEventSpecs()),

		"OfficerRank":      terms(thads.OfficerRanks()),
		"OfficerPosition":  terms(thads.OfficerPositions()),
		"OfficerState":     terms(thads.OfficerStates()),
		"OfficerEventKind": kinds(thads.OfficerEventSpecs()),

		"VerdictState":     terms(thads.VerdictStates()),
		"VerdictCategory":  each(thads.VerdictCategories(), func(s thads.VerdictCategorySpec) thads.VerdictCategory { return s.Category }),
		"VerdictEventKind": kinds(thads.VerdictEventSpecs()),

		"DirectiveType":      terms(thads.DirectiveTypes()),
		"SecurityClass":      terms(thads.SecurityClasses()),
		"DirectiveState":     terms(thads.DirectiveStates()),
		"DirectiveEventKind": kinds(thads.DirectiveEventSpecs()),

		"TaskState":             terms(thads.TaskStates()),
		"TaskEventKind":         kinds(thads.TaskEventSpecs()),
		"DirectedCaseState":     terms(thads.DirectedCaseStates()),
		"DirectedCaseEventKind": kinds(thads.DirectedCaseEventSpecs()),

		"ConferenceKind":      terms(thads.ConferenceKinds()),
		"DaySession":          terms(thads.DaySessions()),
		"AttendeeRole":        terms(thads.AttendeeRoles()),
		"CauseKind":           terms(thads.CauseKinds()),
		"ConferenceState":     terms(thads.ConferenceStates()),
		"ConferenceEventKind": kinds(thads.ConferenceEventSpecs()),
		"QuantityUnit":        terms(thads.QuantityUnits()),
		"Operator":            terms(thads.Operators()),
		"Metric":              each(thads.Metrics(), func(s thads.MetricSpec) thads.Metric { return s.Metric }),

		"TargetIssuer":    terms(thads.TargetIssuers()),
		"TargetReach":     terms(thads.TargetReaches()),
		"TargetState":     terms(thads.TargetStates()),
		"TargetEventKind": kinds(thads.TargetEventSpecs()),

		"ImportState":      terms(app.ImportStates()),
		"ImportStep":       plain(app.StepSetMapping, app.StepAcceptAll, app.StepAcceptGoodRows, app.StepCancel, app.StepUndo),
		"ImportAcceptMode": plain(app.AcceptAll, app.AcceptGoodRows),
		"ImportAction":     terms(app.ImportActions()),
		"ImportSeverity":   terms(sheet.Severities()),
		"Register":         terms(slices.Concat(sheet.Kinds(), sheet.RecordKinds())),
		"MoneyUnit":        plain(thads.MoneyUnits()...),

		"EventFate": plain(thads.FateStands, thads.FateSuperseded, thads.FateVoided, thads.FateNotice),
		"ErrorCode": plain(
			thads.CodeRequired, thads.CodeInvalid, thads.CodeNotAllowed, thads.CodeOutOfRange, thads.CodeFutureDate,
			thads.CodeTransition, thads.CodeNotInForce, thads.CodeGround, thads.CodeTooEarly, thads.CodeExceeds,
			thads.CodeLaterEvent, thads.CodeUnknown, thads.CodeDuplicate, thads.CodeLimit, thads.CodeConflict,
			thads.CodeKeyReused, thads.CodeForbidden, thads.CodeNotFound, thads.CodeUnavailable, thads.CodeLedgerBuilding, thads.CodeClassified,
			forms.CodeFormUnavailable, forms.CodeRatio),
		"Right":          terms(auth.Rights()),
		"Role":           plain(auth.Roles()...),
		"Reach":          {"OWN", "UNIT", "PROVINCE"},
		"Sight":          {"MASKED", "ON_PURPOSE", "CLEAR"},
		"Need":           plain(auth.NeedPassword, auth.NeedSecondFactor),
		"Means":          plain(auth.ByPassword, auth.ByLink, auth.ByProvider, auth.ByToken, auth.ByDemonstration),
		"PersonalData":   terms(auth.AllPersonalData()),
		"Purpose":        terms(auth.Purposes()),
		"DisclosureKind": terms(app.DisclosureKinds()),
		"JobState":       plain(app.JobRunning, app.JobDone, app.JobFailed),
		"OrderDirection": {"ASC", "DESC"},
		"SearchKind":     plain(app.FindCases, app.FindVerdicts, app.FindDirectives, app.FindConferences, app.FindUnits, app.FindOfficers),

		"CaseOrderField": plain(app.CasesByUpdate, app.CasesByOpening, app.CasesByNumber, app.CasesByDebtor,
			app.CasesByOutstanding, app.CasesByTotal, app.CasesBySince),
		"UnitOrderField":    plain(app.UnitsByCode, app.UnitsByName, app.UnitsByStart, app.UnitsByUpdate),
		"OfficerOrderField": plain(app.OfficersByName, app.OfficersByCode, app.OfficersByUpdate),
		"AdministrativeVerdictOrderField": plain(app.VerdictsByUpdate, app.VerdictsByRegistration, app.VerdictsByNumber,
			app.VerdictsByDeadline, app.VerdictsByDebtor, app.VerdictsBySince),
		"DirectiveOrderField":    plain(app.DirectivesByDate, app.DirectivesByNumber, app.DirectivesByTitle, app.DirectivesByUpdate),
		"TaskOrderField":         plain(app.TasksByDue, app.TasksBySetting, app.TasksByTitle, app.TasksByUpdate),
		"DirectedCaseOrderField": plain(app.DirectedCasesByListing, app.DirectedCasesByTitle, app.DirectedCasesByUpdate),
		"ConferenceOrderField":   plain(app.ConferencesByDay, app.ConferencesByTitle, app.ConferencesByUpdate),
		"TargetOrderField":       plain(app.TargetsByYear, app.TargetsByPeriod, app.TargetsByUpdate),

		"Book":         terms(thads.Books()),
		"AccountClass": each(thads.ChartOfAccounts(), func(s thads.AccountSpec) thads.AccountClass { return s.Class }),
		"DateBasis":    plain(ledger.Booked, ledger.Effective),
		"FigureDimension": plain(ledger.ByUnit, ledger.ByOfficer, ledger.ByAccount, ledger.ByDetail, ledger.ByInitiation,
			ledger.ByKind, ledger.BySubject, ledger.ByTag, ledger.ByMonth, ledger.ByStatYear),
		"Regime":         each(forms.Regimes(), func(s forms.RegimeSpec) forms.Regime { return s.Regime }),
		"FigureMeasure":  each(forms.Measures(), func(s forms.MeasureSpec) forms.Measure { return s.Measure }),
		"FormCode":       formCodes(),
		"FigureVerdict":  plain(app.FigureMatches, app.FigureDiffers, app.FigureNotComputable),
		"SavedQueryKind": plain(app.SavedStatistics, app.SavedReport, app.SavedCases),
		"SavedQueryParameter": plain(app.ParameterAsOf, app.ParameterFrom, app.ParameterKnownAt, app.ParameterBasis, app.ParameterRegime,
			app.ParameterUnit, app.ParameterStatYear, app.ParameterMonths),
		"DeadlineState":    plain(ledger.DeadlineOverdue, ledger.DeadlineDue, ledger.DeadlineComing, ledger.DeadlineLater),
		"DeadlineGrouping": plain(ledger.DeadlinesByUnit, ledger.DeadlinesByOfficer, ledger.DeadlinesByRule, ledger.DeadlinesByBook),
		"PeriodLockState":  plain(app.PeriodClosing, app.PeriodLocked),
	}
	got := map[string][]string{}
	for name, def := range own(graph.Schema()) {
		if def.Kind == ast.Enum {
			for _, v := range def.EnumValues {
				got[name] = append(got[name], v.Name)
			}
		}
	}
	for _, m := range []map[string][]string{want, got} {
		for _, values := range m {
			slices.Sort(values)
		}
	}
	for name := range want {
		want[name] = slices.Compact(want[name])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("enumerations (-domain +schema):\n%s", diff)
	}
}

// formCodes are the codes of the forms of all regimes.
func formCodes() []string {
	var out []string
	for _, r := range forms.Regimes() {
		out = append(out, each(forms.Forms(r.Regime), func(f forms.Form) forms.Code { return f.Code })...)
	}
	return out
}

// own are the types of the schema without those of the specification.
func own(s *ast.Schema) map[string]*ast.Definition {
	out := map[string]*ast.Definition{}
	for name, def := range s.Types {
		if !def.BuiltIn && !strings.HasPrefix(name, "__") {
			out[name] = def
		}
	}
	return out
}

// Everything in the schema says what it is.
func TestEverythingIsDescribed(t *testing.T) {
	for name, def := range own(graph.Schema()) {
		described(t, name, def.Description)
		for _, v := range def.EnumValues {
			described(t, name+"."+v.Name, v.Description)
		}
		for _, f := range def.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			described(t, name+"."+f.Name, f.Description)
			for _, a := range f.Arguments {
				if name == "Mutation" && a.Name == "input" {
					continue // its type says it
				}
				described(t, fmt.Sprintf("%s.%s(%s)", name, f.Name, a.Name), a.Description)
			}
		}
	}
}

func described(t *testing.T, what, text string) {
	t.Helper()
	if strings.TrimSpace(text) == "" {
		t.Errorf("%s is not described", what)
	}
}

// Every root field names a right that exists, and nothing but two fields and the
// public list is for the anonymous.
func TestRootFieldsNameTheirRight(t *testing.T) {
	s := graph.Schema()
	var public, own, byEvent []string
	for _, root := range []*ast.Definition{s.Query, s.Mutation, s.Subscription} {
		for _, f := range root.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			right := rightOf(f)
			if !slices.ContainsFunc(auth.Rights(), func(t thads.Term[auth.Right]) bool { return t.Value == right }) {
				t.Errorf("%s asks for the right %q", f.Name, right)
			}
			switch {
			case root == s.Query:
			case right == auth.Public:
				t.Errorf("%s, which changes something or goes on, is for the anonymous", f.Name)
			case root == s.Subscription:
			case right == auth.SignedIn:
				own = append(own, f.Name)
			case right == auth.Read:
				byEvent = append(byEvent, f.Name)
			}
			if right == auth.Public {
				public = append(public, f.Name)
			}
		}
	}
	slices.Sort(public)
	if diff := cmp.Diff([]string{"me", "publicDebtors", "system"}, public); diff != "" {
		t.Errorf("public fields (-want +got):\n%s", diff)
	}
	// What everybody may change who has signed in is their own account.
	slices.Sort(own)
	if diff := cmp.Diff(ownAccount, own); diff != "" {
		t.Errorf("mutations that ask for nothing but signing in (-want +got):\n%s", diff)
	}
	// An event that is corrected or taken back asks for the right to record that
	// kind of event, which the application judges.
	slices.Sort(byEvent)
	if diff := cmp.Diff([]string{"caseCorrect", "caseVoid"}, byEvent); diff != "" {
		t.Errorf("mutations that ask for the right of their event (-want +got):\n%s", diff)
	}
}

// ownAccount are the mutations of one's own account.
var ownAccount = []string{
	"passwordSet", "recoveryCodesRenew", "secondFactorBegin", "secondFactorConfirm", "secondFactorRemove",
	"sessionEnd", "sessionEndOthers", "tokenCreate", "tokenRevoke",
}

// withoutKey tells which mutations have no idempotency key. Those of accounts
// carry the version that the caller saw, and the name of an account is unique, so
// that the same request again changes nothing; so do changes of saved queries.
// Those of one's own account and of links answer secrets, which are kept nowhere
// and cannot be answered again; and each look at masked data is recorded as one.
func withoutKey(f *ast.FieldDefinition) bool {
	right := rightOf(f)
	return right == auth.ManageAccounts || right == auth.SignedIn || right == auth.Unmask ||
		f.Name == "savedQueryUpdate" || f.Name == "savedQueryDelete"
}

// Every mutation takes one input and answers its record beside user errors.
func TestMutationsAreAlike(t *testing.T) {
	s := graph.Schema()
	for _, f := range s.Mutation.Fields {
		if strings.HasPrefix(f.Name, "__") {
			continue
		}
		if len(f.Arguments) != 1 || f.Arguments[0].Name != "input" || !f.Arguments[0].Type.NonNull {
			t.Errorf("%s takes other than one input", f.Name)
			continue
		}
		in := s.Types[f.Arguments[0].Type.Name()]
		if (in.Fields.ForName("idempotencyKey") == nil) != withoutKey(f) {
			t.Errorf("%s has an idempotency key: %t", f.Name, !withoutKey(f))
		}
		// A session or token is ended as it is, whatever it has become.
		if rightOf(f) != auth.SignedIn && f.Name != "accessPolicySet" && (in.Fields.ForName("id") == nil) != (in.Fields.ForName("version") == nil) {
			t.Errorf("%s has an id or a version without the other", f.Name)
		}
		payload := s.Types[f.Type.Name()]
		errs := payload.Fields.ForName("userErrors")
		// A period is locked by a job, which is told beside the lock.
		fields := 2
		if payload.Name == "PeriodLockPayload" {
			fields = 3
		}
		if errs == nil || errs.Type.String() != "[UserError!]!" || len(payload.Fields) != fields {
			t.Errorf("%s answers %s", f.Name, payload.Name)
		}
	}
}
