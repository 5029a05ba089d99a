package app

import (
	"slices"
	"time"

	"github.com/thads/thads/internal/sheet"
	"github.com/thads/thads/internal/thads"
)

// ImportState is where an import stands: the values of the GraphQL enumeration.
type ImportState string

// The states of an import.
const (
	// ImportMapping waits for somebody to say which column means what.
	ImportMapping ImportState = "MAPPING"
	// ImportChecking is being checked by a job.
	ImportChecking ImportState = "CHECKING"
	// ImportChecked was checked and waits to be accepted.
	ImportChecked ImportState = "CHECKED"
	// ImportAccepting is being written by a job.
	ImportAccepting ImportState = "ACCEPTING"
	ImportAccepted  ImportState = "ACCEPTED"
	// ImportUndoing is being taken back by a job.
	ImportUndoing   ImportState = "UNDOING"
	ImportUndone    ImportState = "UNDONE"
	ImportCancelled ImportState = "CANCELLED"
	// ImportFailed ended by a fault of the system; nothing of it was written.
	ImportFailed ImportState = "FAILED"
)

// ImportStates are the states of an import, with their names.
func ImportStates() []thads.Term[ImportState] {
	term := func(v ImportState, vi, en string) thads.Term[ImportState] {
		return thads.Term[ImportState]{Value: v, Name: thads.Text{VI: vi, EN: en}}
	}
	return []thads.Term[ImportState]{
		term(ImportMapping, "Chờ ghép cột", "Waiting for its columns to be named"),
		term(ImportChecking, "Đang kiểm tra", "Being checked"),
		term(ImportChecked, "Đã kiểm tra, chờ chấp nhận", "Checked, waiting to be accepted"),
		term(ImportAccepting, "Đang ghi vào sổ", "Being recorded"),
		term(ImportAccepted, "Đã ghi vào sổ", "Recorded"),
		term(ImportUndoing, "Đang hoàn tác", "Being taken back"),
		term(ImportUndone, "Đã hoàn tác", "Taken back"),
		term(ImportCancelled, "Đã hủy bỏ", "Given up"),
		term(ImportFailed, "Gián đoạn do lỗi", "Failed"),
	}
}

// Name returns the state's names.
func (s ImportState) Name() thads.Text {
	for _, t := range ImportStates() {
		if t.Value == s {
			return t.Name
		}
	}
	return thads.Text{VI: string(s), EN: string(s)}
}

// An ImportStep is something that can be done with an import: the values of the
// GraphQL enumeration.
type ImportStep string

// The steps.
const (
	StepSetMapping     ImportStep = "SET_MAPPING"
	StepAcceptAll      ImportStep = "ACCEPT_ALL"
	StepAcceptGoodRows ImportStep = "ACCEPT_GOOD_ROWS"
	StepCancel         ImportStep = "CANCEL"
	StepUndo           ImportStep = "UNDO"
)

// An AcceptMode says which entries of a file are accepted.
type AcceptMode string

// The modes of acceptance.
const (
	// AcceptAll takes the whole file and is refused while there are errors.
	AcceptAll AcceptMode = "ALL"
	// AcceptGoodRows takes what is without errors and leaves the rest.
	AcceptGoodRows AcceptMode = "GOOD_ROWS"
)

// Valid tells whether the mode is one of those that there are.
func (m AcceptMode) Valid() bool { return m == AcceptAll || m == AcceptGoodRows }

// An ImportAction is what accepting does with one entry of a file.
type ImportAction string

// The actions.
const (
	// ActionCreate records a new case.
	ActionCreate ImportAction = "CREATE"
	// ActionChange records further events in a case that exists.
	ActionChange ImportAction = "CHANGE"
	// ActionExisting does nothing: the ledger has all of it already.
	ActionExisting ImportAction = "EXISTING"
	// ActionBad does nothing: something is wrong with the entry.
	ActionBad ImportAction = "BAD"
)

// ImportActions are the actions, with their names.
func ImportActions() []thads.Term[ImportAction] {
	term := func(v ImportAction, vi, en string) thads.Term[ImportAction] {
		return thads.Term[ImportAction]{Value: v, Name: thads.Text{VI: vi, EN: en}}
	}
	return []thads.Term[ImportAction]{
		term(ActionCreate, "Tạo mới", "New"),
		term(ActionChange, "Bổ sung diễn biến", "Goes on"),
		term(ActionExisting, "Đã có", "There already"),
		term(ActionBad, "Có lỗi", "Has errors"),
	}
}

// An Import is the life of one file in the system: from its mapping over the
// check, which writes nothing, to its acceptance and perhaps its undoing.
type Import struct {
	ID string `json:"id"`
	// Version grows with every change that a person can see; whoever changes
	// the import says which version was seen.
	Version int `json:"version"`
	// File is the name of the file, for people; Bytes its size.
	File  string `json:"file"`
	Bytes int64  `json:"bytes"`
	// Digest identifies the content of the file (SHA-256, hexadecimal) and
	// Attempt, from 1, how often the same content was begun anew after an undo.
	// The ids of what is recorded derive from both.
	Digest  string      `json:"digest"`
	Attempt int         `json:"attempt"`
	State   ImportState `json:"state"`
	// Reading says how the file is read, KeptMapping that it was so kept from
	// an earlier file.
	Reading     sheet.Reading     `json:"reading"`
	KeptMapping bool              `json:"keptMapping,omitzero"`
	By          thads.PrincipalID `json:"by"`
	ByName      string            `json:"byName"`
	// What the last check found. Rows are those of entries, Cases the entries.
	Rows     int `json:"rows"`
	Cases    int `json:"cases"`
	LeftOut  int `json:"leftOut"`
	Creates  int `json:"creates"`
	Changes  int `json:"changes"`
	Existing int `json:"existing"`
	Bad      int `json:"bad"`
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
	// Stopped tells that the file could not be read to its end, or that more
	// was wrong than anybody would read: the rest was not looked at.
	Stopped bool `json:"stopped,omitzero"`
	// What acceptance did. Refused are entries that were good when they were
	// checked and were not any more when they were to be recorded.
	Mode    AcceptMode `json:"mode,omitzero"`
	Created int        `json:"created"`
	Changed int        `json:"changed"`
	Refused int        `json:"refused"`
	// What undoing did, and the reason that was given for it. NotUndone are
	// cases that have gone on since.
	Undone    int    `json:"undone"`
	NotUndone int    `json:"notUndone"`
	Reason    string `json:"reason,omitzero"`
	// Message says why the import failed, or why nothing in the file could be
	// recognised.
	Message thads.Text `json:"message,omitzero"`
	// Job is the job under way, or the last one; "" where none was needed yet.
	Job        string    `json:"job,omitzero"`
	StartedAt  time.Time `json:"startedAt"`
	CheckedAt  time.Time `json:"checkedAt,omitzero"`
	AcceptedAt time.Time `json:"acceptedAt,omitzero"`
	UndoneAt   time.Time `json:"undoneAt,omitzero"`
	// FileKept tells whether the file itself is still there.
	FileKept bool `json:"fileKept"`
}

// NextSteps are what can be done with the import now, in the order in which it
// is usually done.
func (i *Import) NextSteps() []ImportStep {
	var steps []ImportStep
	if i.FileKept && slices.Contains([]ImportState{ImportMapping, ImportChecking, ImportChecked, ImportFailed}, i.State) {
		steps = append(steps, StepSetMapping)
	}
	if i.State == ImportChecked && i.FileKept && i.Creates+i.Changes > 0 {
		if i.Errors == 0 && !i.Stopped {
			steps = append(steps, StepAcceptAll)
		} else if !i.Stopped {
			steps = append(steps, StepAcceptGoodRows)
		}
	}
	switch i.State {
	case ImportMapping, ImportChecking, ImportChecked, ImportFailed:
		steps = append(steps, StepCancel)
	case ImportAccepted:
		if i.Created+i.Changed > 0 {
			steps = append(steps, StepUndo)
		}
	case ImportAccepting, ImportUndoing, ImportUndone, ImportCancelled:
	}
	return steps
}

// An ImportEntry is one entry of a file and what accepting it does, or did.
type ImportEntry struct {
	Sheet  string       `json:"sheet,omitzero"`
	Row    int          `json:"row"`
	Action ImportAction `json:"action"`
	// Unit is the code of the unit, Number that of the decision and Debtor the
	// name of the first debtor, as lists of cases show them.
	Unit   string `json:"unit,omitzero"`
	Number string `json:"number,omitzero"`
	Debtor string `json:"debtor,omitzero"`
	// Total is what is to be enforced, in đồng, and Events how many events are
	// recorded, the opening of a new case included.
	Total  thads.Dong `json:"total,omitzero"`
	Events int        `json:"events,omitzero"`
	// Case is the case that is created, changed or there already; "" for bad
	// entries that name none.
	Case thads.CaseID `json:"case,omitzero"`
	// Record is, in a register of other records than cases, the id of the record;
	// Unit is then the unit that holds it, Number what the file calls it and
	// Debtor what it is about.
	Record string `json:"record,omitzero"`
}

// An Upload is a file that was sent and waits to be imported.
type Upload struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	Digest string `json:"digest"`
}

// An ImportChange is what every change of an import carries.
type ImportChange struct {
	// ID of the import and the version of it that the caller saw.
	ID      string
	Version int
	// Key, if not empty, makes the same request, sent again, one request.
	Key string
}

// A KeptMapping is a mapping that files with the same headers are read by.
type KeptMapping struct {
	ID      string            `json:"id"`
	Mapping sheet.Mapping     `json:"mapping"`
	By      thads.PrincipalID `json:"by"`
	ByName  string            `json:"byName"`
	// Unit is the unit whose files it is for; "" where it is for those of By alone.
	Unit   thads.UnitID `json:"unit,omitzero"`
	KeptAt time.Time    `json:"keptAt"`
}
