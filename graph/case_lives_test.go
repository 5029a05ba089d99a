package graph_test

import (
	"fmt"
	"testing"
)

// caseLives leads cases through every step that the law knows.
func caseLives(t *testing.T) *world {
	w := newProvince(t)
	onObligation := func(on, obligation string, amount int) object {
		return object{"effectiveOn": on, "obligation": obligation, "amount": amount}
	}
	grounded := func(on, number, ground string) object {
		return object{"effectiveOn": on, "decision": paper(number, on), "ground": ground}
	}
	decidedOn := func(on, number string) object {
		return object{"effectiveOn": on, "decision": paper(number, on)}
	}

	// The head of a unit records both the steps and the money.
	c := w.live(w.head(),
		step{"caseReceive", object{"unit": w.first, "effectiveOn": "2018-10-01", "particulars": caseParticulars()}, object{
			"state": "RECEIVED", "debtorName": "Nguyễn Văn Nợ", "decision": nil, "unit.code": "TH-01", "officer": nil, "openedOn": "2018-10-01",
		}},
		step{"caseDecide", object{"decision": paper("46/QĐ-CCTHADS", "2018-10-05"), "officer": w.officer}, object{
			"state": "VOLUNTARY", "decision.number": "46/QĐ-CCTHADS", "officer.code": "CHV01", "totals.total": 120_000_000,
		}},
		step{"caseBeginVerification", object{"effectiveOn": "2018-10-16"}, object{"state": "VERIFYING"}},
		step{"caseRecordVerification", object{"effectiveOn": "2018-10-20", "finding": "MEANS"}, object{"state": "IN_PROGRESS", "events.last.finding": "MEANS"}},
		step{"caseRecordSecurityMeasure", object{"effectiveOn": "2018-10-21", "measure": "FREEZE_ACCOUNT", "decision": paper("1/QĐ", "2018-10-21"), "amount": 5_000_000}, object{"events.last.measure": "FREEZE_ACCOUNT"}},
		step{"caseRecordCoerciveMeasure", object{"effectiveOn": "2018-10-22", "measure": "ATTACH_ASSET", "decision": paper("2/QĐ", "2018-10-22")}, nil},
		step{"caseRecordCollection", onObligation("2018-11-01", "o1", 30_000_000), object{"totals.held": 30_000_000, "events.last.amount": 30_000_000}},
		step{"caseRecordPayout", with(onObligation("2018-11-05", "o1", 20_000_000), object{"recipient": "Trần Thị Được"}), object{"totals.held": 10_000_000}},
		step{"caseRecordDeposit", onObligation("2018-11-06", "o1", 10_000_000), nil},
		step{"caseRecordPerformance", onObligation("2018-11-07", "o1", 10_000_000), nil},
		step{"caseAdjustObligation", onObligation("2018-11-08", "o1", -10_000_000), object{"totals.total": 110_000_000}},
		step{"caseReduceObligation", with(onObligation("2018-11-09", "o2", 5_000_000), object{"decision": paper("3/2018/QĐ-TA", "2018-11-09"), "ground": "L2008_61"}), object{"events.last.ground.code": "L2008_61"}},
		step{"casePostpone", with(grounded("2018-11-10", "4/QĐ", "L2008_48_1_C"), object{"until": "2018-12-01"}), object{"state": "POSTPONED"}},
		step{"caseSuspend", grounded("2018-11-20", "5/QĐ", "L2008_49_1"), object{"state": "SUSPENDED"}},
		step{"caseResume", decidedOn("2018-12-02", "6/QĐ"), object{"state": "IN_PROGRESS"}},
		step{"casePause", object{"effectiveOn": "2018-12-03", "ground": "L2008_150"}, object{"state": "PAUSED"}},
		step{"caseVoid", object{"event": 16, "reason": "Không có khiếu nại"}, object{"state": "IN_PROGRESS", "events.15.fate": "VOIDED"}},
		step{"caseCorrect", object{"event": 7, "reason": "Sai số tiền", "effectiveOn": "2018-11-01", "obligation": "o1", "amount": 31_000_000}, object{"totals.held": 1_000_000}},
		step{"caseChangeParties", object{"effectiveOn": "2018-12-05", "parties": []object{
			{"id": "p1", "role": "DEBTOR", "kind": "PERSON", "name": "Nguyễn Văn Nợ", "address": "Phường Khác"},
			{"id": "p2", "role": "CREDITOR", "kind": "PERSON", "name": "Trần Thị Được"},
			{"role": "RELATED", "kind": "PERSON", "name": "Lê Thị Liên"},
		}}, nil},
		step{"caseAssign", object{"effectiveOn": "2018-12-06", "officer": w.colleague}, object{"officer.code": "CHV02"}},
		step{"caseTag", object{"effectiveOn": "2018-12-07", "add": []string{"CREDIT_INSTITUTION"}}, object{"tags": []any{"CREDIT_INSTITUTION"}}},
		step{"caseNote", object{"effectiveOn": "2018-12-08", "note": "Đã điện thoại"}, object{"events.last.note": "Đã điện thoại"}},
		step{"caseRecordPayout", onObligation("2018-12-09", "o1", 1_000_000), object{"totals.held": 0}},
		// Something was performed, so the case ends as done.
		step{"caseTerminate", grounded("2018-12-10", "7/QĐ", "L2008_50_1_C"), object{"state": "DONE", "obligations.0.state": "TERMINATED", "finishedOn": "2018-12-10"}},
		step{"caseReopen", object{"effectiveOn": "2018-12-20", "decision": paper("8/QĐ", "2018-12-20")}, object{"state": "IN_PROGRESS", "finishedOn": nil}},
		step{"caseDeclareNotEnforceable", grounded("2019-01-05", "9/QĐ", "L2008_44A_1_A"), object{"state": "NOT_ENFORCEABLE", "ground.code": "L2008_44A_1_A"}},
		step{"caseRecordVerification", object{"effectiveOn": "2019-07-05", "finding": "NO_MEANS"}, nil},
		step{"caseRecordVerification", object{"effectiveOn": "2020-01-05", "finding": "NO_MEANS"}, nil},
		step{"caseMoveToSeparateBook", object{"effectiveOn": "2020-02-01"}, object{"state": "SEPARATE_BOOK"}},
		step{"caseTakeFromSeparateBook", decidedOn("2020-06-01", "10/QĐ"), object{"state": "IN_PROGRESS"}},
		step{"caseEntrust", with(decidedOn("2020-07-01", "11/QĐ"), object{"recipient": "Chi cục THADS quận Khác"}), object{"obligations.0.state": "ENTRUSTED"}},
	)
	byNumber := w.ask(w.executor(), `query($n: CaseNumberInput!) { case(number: $n) { id } }`, object{"n": object{"unit": w.first, "number": "46/QĐ–CCTHADS", "statYear": 2019}})
	if got := at(byNumber, "case.id"); got != c["id"] {
		t.Errorf("by number: %v, want %v", got, c["id"])
	}

	w.live(w.clerk(),
		step{"caseReceive", object{"unit": w.first, "effectiveOn": "2018-10-01", "particulars": caseParticulars()}, nil},
		step{"caseRefuse", object{"effectiveOn": "2018-10-03", "ground": "L2008_31_5"}, object{"state": "REFUSED", "ground.citation": "khoản 5 Điều 31 Luật THADS 2008"}},
	)
	moved := w.live(leader,
		step{"caseOpen", w.decided("47/QĐ-CCTHADS", "2018-10-06"), object{"state": "VOLUNTARY"}},
		step{"caseTransfer", object{"effectiveOn": "2018-11-01", "unit": w.second}, object{"unit.code": "TH-02", "units.0.code": "TH-01", "officer": nil}},
		step{"caseWithdraw", decidedOn("2018-12-01", "12/QĐ-CTHADS"), object{"state": "WITHDRAWN"}},
	)
	if !w.seen(w.clerk(), moved["id"]) || w.seen(w.stranger(), c["id"]) {
		t.Error("who held a case does not read it, or who never did does")
	}
	w.live(w.clerk(),
		step{"caseOpen", w.decided("48/QĐ-CCTHADS", "2018-10-07"), nil},
		step{"caseRevoke", with(decidedOn("2018-10-20", "13/QĐ"), object{"ground": "L2008_37_1"}), object{"state": "REVOKED"}},
	)
	w.live(w.clerk(),
		step{"caseBringForward", object{
			"unit": w.first, "effectiveOn": "2018-10-01", "decision": paper("900/QĐ-CCTHADS", "2016-03-01"), "particulars": caseParticulars(),
			"state": "NOT_ENFORCEABLE", "stateSince": "2017-01-01", "ground": "L2008_44A_1_A", "verifications": 1,
		}, object{"state": "NOT_ENFORCEABLE", "since": "2017-01-01"}},
		step{"caseReturnRequest", with(decidedOn("2026-08-01", "14/QĐ"), object{"ground": "L2025_38_4"}), object{"state": "RETURNED"}},
	)
	assignMany(t, w)
	w.refuses(w.clerk(), "caseOpen", w.decided("46/QĐ-CCTHADS", "2018-10-09"), "DUPLICATE", "number")
	w.refuses(w.clerk(), "caseOpen", w.decided("50/QĐ-CCTHADS", "2018-10-09", object{"officer": "of_none"}), "UNKNOWN_REFERENCE", "officer")
	return w
}

func assignMany(t *testing.T, w *world) {
	t.Helper()
	a := w.make(w.clerk(), "caseOpen", w.decided("61/QĐ-CCTHADS", "2018-10-09"))
	b := w.make(w.clerk(), "caseOpen", w.decided("62/QĐ-CCTHADS", "2018-10-09"))
	in := object{"ids": []string{a, "cs_none", b}, "effectiveOn": "2018-10-10", "officer": w.colleague, "idempotencyKey": "nhieu"}
	w.onlyFor("caseAssignMany", in)
	for range 2 { // again changes nothing
		answer := w.post(w.head(), "en", `mutation($in: CaseAssignManyInput!) { caseAssignMany(input: $in) { cases { id version officer { code } } userErrors { code message field } } }`, object{"in": in})
		if answer.code() != "" {
			t.Fatal(answer.Errors)
		}
		got := fmt.Sprint(at(answer.Data, "caseAssignMany"))
		want := fmt.Sprint(object{
			"cases": []any{
				object{"id": a, "version": 2, "officer": object{"code": "CHV02"}}, object{"id": b, "version": 2, "officer": object{"code": "CHV02"}},
			},
			"userErrors": []any{object{"code": "NOT_FOUND", "message": "There is no such record, or none that you may see", "field": []any{"ids", 1}}},
		})
		if got != want {
			t.Errorf("caseAssignMany answers\n%s\nwant\n%s", got, want)
		}
	}
	w.done["caseAssignMany"] = true
}
