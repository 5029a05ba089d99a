package app

import "github.com/thads/thads/internal/store"

// Collections are what the application keeps. A store is opened with them.
func Collections() []*store.Collection {
	return []*store.Collection{
		unitCollection, officerCollection, caseCollection, verdictCollection,
		directiveCollection, taskCollection, directedCaseCollection, conferenceCollection, targetCollection,
		claimCollection, secretCollection, jobCollection, metaCollection,
		userCollection, credentialCollection, sessionCollection, linkCollection, challengeCollection, tokenCollection,
		uploadCollection, importCollection, importPartCollection, importMappingCollection,
		disclosureCollection, savedQueryCollection,
		periodLockCollection, periodReportCollection,
	}
}

// nouns are the kinds of records whose documents hold histories, in an order in
// which cases and administrative verdicts follow what they refer to and precede
// what refers to them: dumps rely on it (see dump.go).
func nouns() []derivable {
	return []derivable{units, officers, cases, verdicts, directives, tasks, directedCases, conferences, targets}
}

var caseCollection = &store.Collection{
	Name: "case",
	Fields: []store.Field{
		{Name: "state", Type: store.String},
		{Name: "live", Type: store.Bool},
		{Name: "unit", Type: store.String},
		{Name: "officer", Type: store.String},
		{Name: "initiation", Type: store.String},
		{Name: "judgmentKind", Type: store.String},
		// Dates are numbers yyyymmdd.
		{Name: "openedOn", Type: store.Int, Sortable: true},
		{Name: "finishedOn", Type: store.Int},
		{Name: "since", Type: store.Int, Sortable: true},
		{Name: "outstanding", Type: store.Int, Sortable: true},
		{Name: "total", Type: store.Int, Sortable: true},
		{Name: "number", Type: store.String, Sortable: true},
		{Name: "debtor", Type: store.String, Sortable: true},
		{Name: "updatedAt", Type: store.Time, Sortable: true},
		// publishable is true for what the law makes public and null otherwise.
		{Name: "publishable", Type: store.Bool},
		// publicDebtor orders what the law makes public by whom it makes public:
		// debtor may be somebody who owes nothing any more, and cursors show it.
		{Name: "publicDebtor", Type: store.String, Sortable: true},
		{Name: "tags", Type: store.Strings},
		{Name: "units", Type: store.Strings},
		{Name: "officers", Type: store.Strings},
		// words find the case by names and numbers, numbers by numbers alone, and
		// publicWords, where the law makes it public, by what is public of it.
		{Name: "words", Type: store.Strings},
		{Name: "numbers", Type: store.Strings},
		{Name: "publicWords", Type: store.Strings},
		// protected is true for family matters and parties under age, else null.
		{Name: "protected", Type: store.Bool},
		{Name: "identities", Type: store.Strings},
		// likeness is the same for cases that may be one case recorded twice.
		{Name: "likeness", Type: store.String},
	},
	Indexes: []store.Index{
		{"updatedAt"},
		{"openedOn"},
		{"number"},
		{"debtor"},
		{"live", "debtor"},
		{"outstanding"},
		{"total"},
		{"since"},
		{"unit", "state", "updatedAt"},
		{"state", "updatedAt"},
		{"officer", "updatedAt"},
		{"publishable", "publicDebtor"},
		{"likeness"},
	},
	ScopeField:   "units",
	OfficerField: "officers",
}

// claimCollection holds the numbers that only one record may have; see claims.go.
var claimCollection = &store.Collection{
	Name:   "claim",
	Fields: []store.Field{{Name: "owner", Type: store.String}},
}

// secretCollection holds sealed identity numbers; see secrets.go.
var secretCollection = &store.Collection{
	Name:    "secret",
	Fields:  []store.Field{{Name: "commitment", Type: store.String}, {Name: "key", Type: store.String}},
	Indexes: []store.Index{{"commitment"}},
}

// jobCollection holds the journal of long works; see jobs.go.
var jobCollection = &store.Collection{
	Name: "job",
	Fields: []store.Field{
		{Name: "state", Type: store.String},
		{Name: "kind", Type: store.String},
		{Name: "updatedAt", Type: store.Time, Sortable: true},
	},
	Indexes: []store.Index{{"state", "updatedAt"}},
}

// metaCollection holds what is known of the store itself; see derive.go.
var metaCollection = &store.Collection{Name: "meta"}
