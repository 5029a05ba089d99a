package sheet

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/thads/thads/internal/thads"
)

// What is outside the usual and may be a slip: units of money mixed up, years
// mistyped.
const (
	unusuallyLittle = thads.Dong(1_000)
	unusuallyMuch   = thads.Dong(500_000_000_000)
	unusuallyOld    = 30 // years of a decision
	oldestParty     = 110
	youngestDebtor  = 14
)

// warn tells of what is worth a look at a column of a row.
func (e *caseEntry) warn(rec *record[CaseRow], i int, vietnamese, english string) {
	p := e.at(rec, i, thads.CodeOutOfRange, vi(vietnamese, english))
	p.Severity = Warning
	e.tell(p)
}

// unusual warns of values that may be slips. What the rules of cases refuse is
// not told here as well.
func (e *caseEntry) unusual(rec *record[CaseRow]) {
	r, first := &rec.row, &e.rows[0].row
	e.unusualAmount(rec, colOutstanding, r.Outstanding)
	decided := first.Date
	if rec == e.rows[0] && !decided.IsZero() {
		if today := e.reader.book.Today; !today.IsZero() && decided.AddYears(unusuallyOld) < today {
			e.warn(rec, colDate, fmt.Sprintf("Quyết định đã quá %d năm", unusuallyOld), fmt.Sprintf("The decision is more than %d years old", unusuallyOld))
		}
		if r.JudgmentDate > decided && r.JudgmentDate <= e.Event.EffectiveOn {
			e.warn(rec, colJudgmentDate, "Ngày bản án sau ngày quyết định thi hành án", "The judgment is later than the enforcement decision")
		}
		if r.RequestedOn > decided {
			e.warn(rec, colRequestedOn, "Ngày yêu cầu sau ngày quyết định thi hành án", "The request is later than the enforcement decision")
		}
		if r.ReceivedOn > decided {
			e.warn(rec, colReceivedOn, "Ngày nhận bản án sau ngày quyết định thi hành án", "The judgment was received after the enforcement decision")
		}
	}
	if rec == e.rows[0] && !r.ReceivedOn.IsZero() && r.ReceivedOn < r.JudgmentDate {
		e.warn(rec, colReceivedOn, "Ngày nhận trước ngày bản án", "It was received before the day of the judgment")
	}
	if year := e.Event.EffectiveOn.Year(); year > 0 {
		e.unusualAge(rec, colDebtorBirthYear, r.Debtor.BirthYear, year, youngestDebtor)
		e.unusualAge(rec, colCreditorBirthYear, r.Creditor.BirthYear, year, 0)
		e.unusualAge(rec, colRelatedBirthYear, r.Related.BirthYear, year, 0)
	}
}

func (e *caseEntry) unusualAmount(rec *record[CaseRow], i int, d thads.Dong) {
	if text, unusual := unusualSum(d); unusual {
		e.warn(rec, i, text.VI, text.EN)
	}
}

// unusualSum tells of a sum that may be in another unit than its column says.
func unusualSum(d thads.Dong) (thads.Text, bool) {
	switch {
	case d > 0 && d < unusuallyLittle:
		return vi("Số tiền nhỏ bất thường; hãy xem lại đơn vị tính của cột", "The amount is unusually small; look at the unit of the column"), true
	case d > unusuallyMuch:
		return vi("Số tiền lớn bất thường; hãy xem lại đơn vị tính của cột", "The amount is unusually large; look at the unit of the column"), true
	}
	return thads.Text{}, false
}

func (e *caseEntry) unusualAge(rec *record[CaseRow], i, born, year, youngest int) {
	const refused = 1880 // years before are refused by the rules of cases
	if born >= refused && (born > year-youngest || born < year-oldestParty) {
		e.warn(rec, i, fmt.Sprintf("Năm sinh %d bất thường so với năm %d của việc", born, year), fmt.Sprintf("The year of birth %d is unusual for a case of %d", born, year))
	}
}

// kindOfJudgment returns the field of law that the symbol of a judgment's number
// names, as courts write it: DS-ST, HSPT, QĐST-HNGĐ; "" where it names none.
func kindOfJudgment(number string) thads.JudgmentKind {
	for _, word := range strings.FieldsFunc(strings.ToUpper(thads.NormalizeName(number)), func(r rune) bool { return !unicode.IsLetter(r) }) {
		word = strings.NewReplacer("Đ", "D", "Ð", "D").Replace(word)
		for _, instance := range []string{"ST", "PT", "GDT", "TT"} {
			if rest := strings.TrimSuffix(word, instance); rest != "" {
				word = rest
			}
		}
		word = strings.TrimPrefix(word, "QD")
		switch word {
		case "DS":
			return thads.JudgmentCivil
		case "HS":
			return thads.JudgmentCriminal
		case "HC":
			return thads.JudgmentAdministrative
		case "HNGD", "HN":
			return thads.JudgmentFamily
		case "KDTM", "KT", "KD":
			return thads.JudgmentCommercial
		case "LD":
			return thads.JudgmentLabour
		case "PS", "TBPS":
			return thads.JudgmentBankruptcy
		}
	}
	return ""
}
