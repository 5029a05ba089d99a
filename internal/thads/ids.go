package thads

// The ids of documents. Each is opaque, begins with the prefix of its kind and
// is unique across kinds, so an id alone finds its record.
type (
	UnitID         string
	OfficerID      string
	CaseID         string
	VerdictID      string
	DirectiveID    string
	TaskID         string
	DirectedCaseID string
	ConferenceID   string
	TargetID       string
)
