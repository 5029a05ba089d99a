package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/thads/thads/internal/auth"
)

func from(date string) object { return object{"from": date} }

func between(first, last string) object { return object{"from": first, "to": last} }

func TestListOfUnits(t *testing.T) {
	w := newProvince(t)
	closed := w.must(leader, "unitEstablish", object{"effectiveOn": "2010-01-01", "code": "TH-09", "name": "Ban Á", "level": "DISTRICT", "parent": w.province})
	w.must(leader, "unitClose", object{"id": closed["id"], "version": closed["version"], "effectiveOn": "2015-01-01", "successors": []string{w.first}})
	w.make(leader, "unitEstablish", object{"effectiveOn": "2009-06-01", "code": "NB", "name": "Cục Thi hành án dân sự tỉnh Ninh Bình", "level": "PROVINCE"})
	w.lists(listing{
		list: "units", label: "code",
		filters: []filtered{
			{object{"text": "nga sơn"}, "TH-02"},
			{object{"text": "th 0"}, "TH-01,TH-02,TH-09"},
			{object{"codes": []string{"th-01", "NB", "X"}}, "TH-01,NB"},
			{object{"states": []string{"CLOSED"}}, "TH-09"},
			{object{"levels": []string{"PROVINCE"}}, "TH,NB"},
			{object{"parents": []string{w.province}}, "TH-01,TH-02"},
			{object{"under": []string{w.province}}, "TH,TH-01,TH-02"},
			{object{"on": "2014-12-31"}, "TH,TH-01,TH-02,TH-09,NB"},
			{object{"on": "2009-06-30"}, "NB"},
			{object{"levels": []string{"DISTRICT"}, "on": today.String()}, "TH-01,TH-02"},
		},
		orders: map[string]string{
			"CODE": "NB,TH,TH-01,TH-02,TH-09", "NAME": "TH-09,TH-02,TH-01,NB,TH",
			"VALID_FROM": "NB,TH,TH-01,TH-02,TH-09", "UPDATED_AT": "TH,TH-01,TH-02,TH-09,NB",
		},
	})
}

func TestListOfOfficers(t *testing.T) {
	w := newProvince(t)
	appoint := func(code, name, rank, unit, position string) object {
		return w.must(leader, "officerAppoint", object{"effectiveOn": "2016-01-01", "code": code, "name": name, "rank": rank, "unit": unit, "position": position})
	}
	gone := appoint("TT01", "Đỗ Văn An", "EXAMINER", w.first, "EXAMINER")
	w.must(leader, "officerEnd", object{"id": gone["id"], "version": gone["version"], "effectiveOn": "2018-01-01"})
	moved := appoint("CHV03", "An Thị Bình", "SENIOR_OFFICER", w.first, "HEAD")
	w.must(leader, "officerPost", object{"id": moved["id"], "version": moved["version"], "effectiveOn": "2019-01-01", "unit": w.second, "position": "HEAD"})
	w.lists(listing{
		list: "officers", label: "code",
		filters: []filtered{
			{object{"text": "le van"}, "CHV01"},
			{object{"text": "chv"}, "CHV01,CHV02,CHV03"},
			{object{"states": []string{"ENDED"}}, "TT01"},
			{object{"units": []string{w.first}}, "CHV01,CHV02"},
			{object{"units": []string{w.province}}, "CHV01,CHV02,CHV03"},
			{object{"everUnits": []string{w.first}}, "CHV01,CHV02,CHV03,TT01"},
			{object{"ranks": []string{"EXAMINER", "SENIOR_OFFICER"}}, "CHV03,TT01"},
			{object{"positions": []string{"HEAD"}}, "CHV03"},
			{object{"canEnforce": false}, "TT01"},
		},
		orders: map[string]string{
			// An, Bình, Mẫu, Thử: by the last word of the name.
			"NAME": "TT01,CHV03,CHV02,CHV01", "CODE": "CHV01,CHV02,CHV03,TT01", "UPDATED_AT": "CHV01,CHV02,TT01,CHV03",
		},
	})
}

func TestListOfCases(t *testing.T) {
	w := newProvince(t)
	particulars := func(debtor, kind, judgment string, amount int, more ...object) object {
		return caseParticulars(append([]object{{
			"judgment":    object{"kind": judgment, "number": "07/2018/DS-ST", "date": "2018-09-05", "court": "TAND tỉnh"},
			"parties":     []object{{"role": "DEBTOR", "kind": kind, "name": debtor}, {"role": "CREDITOR", "kind": "PERSON", "name": "Trần Thị Được"}},
			"obligations": []object{{"kind": "DEBT", "amount": amount}},
		}}, more...)...)
	}
	an := particulars("Nguyễn Văn An", "PERSON", "CIVIL", 100)
	an["parties"].([]object)[0]["identityNumber"] = "038090000123"
	w.make(w.clerk(), "caseOpen", w.decided("46/QĐ-CCTHADS", "2018-10-05", object{"particulars": an}))
	w.make(w.clerk(), "caseOpen", object{
		"unit": w.first, "decision": paper("147/QĐ-CCTHADS", "2018-10-08"),
		"particulars": particulars("Trần Thị Bình", "PERSON", "CRIMINAL", 50, object{"initiation": "OWN_MOTION", "requestedOn": nil, "tags": []string{"CREDIT_INSTITUTION", "COMPLEX"}}),
	})
	w.make(leader, "caseOpen", object{"unit": w.second, "decision": paper("150/QĐ-CCTHADS", "2018-10-10"), "particulars": particulars("Công ty Thử", "ORGANISATION", "BUSINESS_COMMERCIAL", 200)})
	gone := w.must(leader, "caseOpen", object{
		"unit": w.second, "decision": paper("12/QĐ-CCTHADS", "2019-10-02"), "particulars": particulars("Lê Văn Cường", "PERSON", "CIVIL", 70, object{"tags": []string{"COMPLEX"}}),
	})
	gone = w.must(leader, "caseTransfer", object{"id": gone["id"], "version": gone["version"], "effectiveOn": "2019-10-03", "unit": w.first, "officer": w.colleague})
	w.must(leader, "caseRevoke", object{"id": gone["id"], "version": gone["version"], "effectiveOn": "2019-11-01", "decision": paper("13/QĐ", "2019-11-01"), "ground": "L2008_37_1"})

	const a, b, c, d = "Nguyễn Văn An", "Trần Thị Bình", "Công ty Thử", "Lê Văn Cường"
	w.lists(listing{
		list: "cases", label: "debtorName",
		filters: []filtered{
			{object{"text": "46"}, join(a)},
			{object{"text": "nguyen van a"}, join(a)},
			{object{"text": "tran thi"}, join(a, b, c, d)}, // the creditor
			{object{"states": []string{"VOIDED", "REVOKED"}}, d},
			{object{"live": true}, join(a, b, c)},
			{object{"units": []string{w.first}}, join(a, b, d)},
			{object{"units": []string{w.province}}, join(a, b, c, d)},
			{object{"everUnits": []string{w.second}}, join(c, d)},
			{object{"officers": []string{w.officer}}, join(a)},
			{object{"unassigned": true}, join(b, c)},
			{object{"unassigned": false}, join(a, d)},
			{object{"initiation": "OWN_MOTION"}, join(b)},
			{object{"judgmentKinds": []string{"CRIMINAL", "BUSINESS_COMMERCIAL"}}, join(b, c)},
			{object{"tags": []string{"COMPLEX"}}, join(b, d)},
			{object{"tags": []string{"COMPLEX", "CREDIT_INSTITUTION"}}, join(b)},
			{object{"openedOn": between("2018-10-08", "2018-10-10")}, join(b, c)},
			{object{"finishedOn": from("2019-01-01")}, join(d)},
			{object{"since": from("2019-11-01")}, join(d)},
			{object{"outstanding": object{"min": 100}}, join(a, c)},
			{object{"total": object{"max": 70}}, join(b, d)},
			{object{"identityNumber": "038 090 000 123"}, join(a)},
			{object{"states": []string{"VOLUNTARY"}, "live": true, "judgmentKinds": []string{"CRIMINAL"}}, join(b)},
		},
		orders: map[string]string{
			"UPDATED_AT": join(a, b, c, d), "OPENED_ON": join(a, b, c, d), "NUMBER": join(a, b, c, d), "DEBTOR_NAME": join(a, b, c, d),
			"OUTSTANDING": join(d, b, a, c), "TOTAL": join(b, d, a, c), "SINCE": join(a, b, c, d),
		},
	})
	for _, bad := range []object{
		{"openedOn": between("2018-10-10", "2018-10-08")}, {"total": object{"min": 2, "max": 1}},
	} {
		if answer := w.page(leader, listing{list: "cases", label: "id"}, object{"filter": bad}); answer.code() != "OUT_OF_RANGE" {
			t.Errorf("cases(%v) answers %q", bad, answer.code())
		}
	}
}

// join makes a list of labels.
func join(labels ...string) string { return strings.Join(labels, ",") }

func TestListOfVerdicts(t *testing.T) {
	w := newProvince(t)
	register := func(unit, number, received string, more ...object) object {
		return w.must(leader, "verdictRegister", object{"unit": unit, "particulars": verdictParticulars(append([]object{{"number": number, "receivedOn": received}}, more...)...)})
	}
	debtor := func(name string) object { return object{"debtors": []object{{"name": name}}} }
	record := func(v object, do, on string, more object) object {
		return w.must(leader, do, with(object{"id": v["id"], "version": v["version"], "effectiveOn": on}, more))
	}
	a := register(w.first, "2/2018/HC-ST", "2018-09-10", debtor("UBND xã Ba"), object{"debtorReceivedOn": "2018-09-06"})
	record(a, "verdictAssign", "2018-09-11", object{"officer": w.officer})
	register(w.second, "10/2018/HC-ST", "2018-09-12", debtor("UBND xã Ánh"), object{"category": "VOTER_LIST", "debtorReceivedOn": "2018-09-08"})
	register(w.first, "3/2018/HC-ST", "2018-09-14", debtor("UBND xã Đông"), object{"tracked": false})
	d := register(w.first, "4/2018/HC-ST", "2018-09-16", debtor("UBND xã Dung"))
	record(d, "verdictRecordCompulsion", "2018-10-01", object{"decision": object{"number": "1/QĐ-TA", "date": "2018-10-01", "issuer": "TAND tỉnh"}})
	e := register(w.second, "5/2018/HC-ST", "2018-09-18", debtor("UBND xã Em"), object{"debtorReceivedOn": "2018-09-10"})
	e = record(e, "verdictComplete", "2018-10-20", object{"result": "Đã thi hành"})
	record(e, "verdictNote", "2018-10-21", object{"note": "Đã lưu hồ sơ"})
	f := register(w.second, "6/2018/HC-ST", "2018-09-20", debtor("UBND xã Gan"), object{"debtorReceivedOn": "2018-09-19"})
	record(f, "verdictTransfer", "2018-11-01", object{"unit": w.first})

	const A, B, C, D, E, F = "UBND xã Ba", "UBND xã Ánh", "UBND xã Đông", "UBND xã Dung", "UBND xã Em", "UBND xã Gan"
	w.lists(listing{
		list: "administrativeVerdicts", label: "debtorName",
		filters: []filtered{
			{object{"text": "10/2018"}, B},
			{object{"text": "xa d"}, join(C, D)},
			{object{"states": []string{"COMPELLED", "DONE"}}, join(D, E)},
			{object{"live": true}, join(A, B, C, D, F)},
			{object{"live": false}, E},
			{object{"tracked": false}, C},
			{object{"categories": []string{"VOTER_LIST"}}, B},
			{object{"units": []string{w.second}}, join(B, E)},
			{object{"units": []string{w.province}}, join(A, B, C, D, E, F)},
			{object{"everUnits": []string{w.second}}, join(B, E, F)},
			{object{"officers": []string{w.officer}}, A},
			{object{"unassigned": false}, A},
			{object{"unassigned": true, "units": []string{w.second}}, join(B, E)},
			{object{"registeredOn": between("2018-09-12", "2018-09-14")}, join(B, C)},
			{object{"finishedOn": from("2018-10-20")}, E},
			{object{"deadline": between("2018-10-01", "2018-10-10")}, join(A, E)},
			// A was due on 06/10, B at once on 08/09, E on 10/10 and F on 19/10.
			{object{"overdueOn": "2018-09-08"}, ""},
			{object{"overdueOn": "2018-09-09"}, B},
			{object{"overdueOn": "2018-10-19"}, join(A, B, E)},
			{object{"overdueOn": "2018-10-20"}, join(A, B, F)}, // E was done on that day
			{object{"receiptUnknown": true}, D},
			{object{"compelled": true}, D},
		},
		orders: map[string]string{
			"UPDATED_AT": join(A, B, C, D, E, F), "REGISTERED_ON": join(A, B, C, D, E, F), "NUMBER": join(A, C, D, E, F, B),
			"DEBTOR_NAME": join(B, A, D, C, E, F), "SINCE": join(A, B, C, F, D, E),
		},
		tested: []string{"DEADLINE"},
	})
	// Those without a deadline come first; among themselves their order is that
	// of their ids.
	answer := w.page(leader, listing{list: "administrativeVerdicts", label: "debtorName deadline"}, object{"orderBy": object{"field": "DEADLINE"}})
	if got, want := fmt.Sprint(all(at(answer.Data, "administrativeVerdicts.nodes"), "deadline")), "[<nil> <nil> 2018-09-08 2018-10-06 2018-10-10 2018-10-19]"; got != want {
		t.Errorf("by deadline: %s, want %s", got, want)
	}
	if overdue := w.ask(leader, `{ administrativeVerdicts(filter: { text: "xã Ba" }) { nodes { overdue } } }`, nil); at(overdue, "administrativeVerdicts.nodes.0.overdue") != true {
		t.Error("a verdict long past its deadline is not shown as overdue")
	}
}

func TestListOfDirectives(t *testing.T) {
	w := newProvince(t)
	issue := func(number, date, kind, title string, terms ...object) object {
		in := w.issued(number, object{"date": date, "type": kind})
		in["terms"] = with(object{"title": title}, terms...)
		return in
	}
	a := w.must(leader, "directiveIssue", issue("16-CT/TU", "2018-03-01", "DIRECTIVE", "Đẩy mạnh công tác", object{"addressees": []object{{"unit": w.first}, {"unit": w.second}}}))
	below := issue("9/KH-UBND", "2018-04-01", "PLAN", "Kế hoạch thực hiện", object{"expiresOn": "2018-12-31"})
	below["document"].(object)["parent"] = a["id"]
	w.must(leader, "directiveIssue", below)
	c := w.must(leader, "directiveIssue", issue("2-CT/TU", "2018-05-01", "DIRECTIVE", "Dân vận", object{"reviewOn": "2019-05-01"}))
	w.must(leader, "directiveEnd", object{"id": c["id"], "version": c["version"], "effectiveOn": "2018-11-01"})
	w.must(leader, "directiveIssue", issue("1-CT/TU", "2019-01-01", "OTHER", "Ánh sáng", object{"addressees": []object{{"unit": w.second}}}))
	const A, B, C, D = "16-CT/TU", "9/KH-UBND", "2-CT/TU", "1-CT/TU"
	w.lists(listing{
		list: "directives", label: "number",
		filters: []filtered{
			{object{"text": "16"}, A},
			{object{"text": "ke hoach"}, B},
			{object{"text": "thuong vu tinh uy"}, join(A, B, C, D)},
			{object{"states": []string{"ENDED"}}, C},
			{object{"types": []string{"PLAN", "OTHER"}}, join(B, D)},
			{object{"parents": []any{a["id"]}}, B},
			{object{"units": []string{w.second}}, join(A, D)},
			{object{"date": between("2018-04-01", "2018-05-01")}, join(B, C)},
			{object{"inForceOn": "2018-10-31"}, join(A, B, C)},
			{object{"inForceOn": "2018-11-01"}, join(A, B)},
			{object{"inForceOn": "2018-12-31"}, join(A, B)},
			{object{"inForceOn": "2019-01-01"}, join(A, D)},
			{object{"reviewOn": between("2019-01-01", "2019-12-31")}, C},
		},
		orders: map[string]string{
			"DATE": join(A, B, C, D), "NUMBER": join(C, B, A, D), "TITLE": join(D, C, A, B), "UPDATED_AT": join(A, B, C, D),
		},
	})
}

func TestListOfTasks(t *testing.T) {
	w := newProvince(t)
	d, c := w.directive("16-CT/TU"), w.concluded()
	give := func(on, title string, more ...object) object {
		in := set(w.first, append([]object{{"title": title}}, more...)...)
		in["effectiveOn"] = on
		return w.must(leader, "taskSet", in)
	}
	standing := object{"dueOn": nil, "standing": true}
	give("2018-07-01", "Đôn đốc", object{"directive": d, "dueOn": "2018-09-30"})
	b := give("2018-07-02", "Dự báo", object{"conference": c, "dueOn": "2018-08-31", "lead": object{"name": "Công an tỉnh"}, "coordinating": []object{{"unit": w.second}}})
	w.must(leader, "taskComplete", object{"id": b["id"], "version": b["version"], "effectiveOn": "2018-09-15", "text": "Xong"})
	give("2018-07-03", "Ánh xạ", standing, object{"statYear": 2018})
	e := give("2018-07-05", "Ghi nhầm", object{"dueOn": "2018-08-01"})
	w.must(leader, "taskVoid", object{"id": e["id"], "version": e["version"], "event": 1, "reason": "Nhầm"})
	const A, B, C, E = "Đôn đốc", "Dự báo", "Ánh xạ", "Ghi nhầm"
	w.lists(listing{
		list: "tasks", label: "title",
		filters: []filtered{
			{object{"text": "don doc"}, A},
			{object{"states": []string{"DONE", "VOIDED"}}, join(B, E)},
			{object{"live": true}, join(A, C)},
			{object{"units": []string{w.second}}, B},
			{object{"units": []string{w.province}}, join(A, B, C, E)},
			{object{"directives": []string{d}}, A},
			{object{"conferences": []string{c}}, B},
			{object{"dueOn": between("2018-08-31", "2018-12-31")}, join(A, B)},
			{object{"dueOn": from("2018-08-01")}, join(A, B, E)}, // not the standing ones
			{object{"overdueOn": "2018-08-31"}, ""},
			{object{"overdueOn": "2018-09-14"}, B},
			{object{"overdueOn": "2018-09-15"}, ""},
			{object{"overdueOn": "2018-10-01"}, A},
			{object{"standing": true}, C},
			{object{"standing": false}, join(A, B, E)},
			{object{"statYears": []int{2018}}, C},
			{object{"statYears": []int{2019}}, ""},
		},
		orders: map[string]string{
			"DUE_ON": join(E, B, A, C), "SET_ON": join(A, B, C, E), "TITLE": join(C, B, A, E), "UPDATED_AT": join(A, B, C, E),
		},
	})
}

func TestListOfDirectedCases(t *testing.T) {
	w := newProvince(t)
	d := w.directive("16-CT/TU")
	c := w.make(w.clerk(), "caseOpen", w.decided("46/QĐ-CCTHADS", "2018-10-05"))
	list := func(unit, on, title string, more ...object) object {
		return w.must(leader, "directedCaseList", object{"unit": unit, "effectiveOn": on, "particulars": with(object{
			"title": title, "directingBody": "Thường trực Tỉnh ủy", "description": "Việc cũ",
		}, more...)})
	}
	list(w.first, "2018-11-01", "Vụ Đông", object{"directive": d, "case": c})
	b := list(w.second, "2018-11-02", "Vụ Ánh")
	w.must(leader, "directedCaseTransfer", object{"id": b["id"], "version": b["version"], "effectiveOn": "2018-12-01", "unit": w.first})
	e := list(w.second, "2018-11-03", "Vụ Dung")
	w.must(leader, "directedCaseResolve", object{"id": e["id"], "version": e["version"], "effectiveOn": "2019-01-01", "text": "Xong"})
	const A, B, C = "Vụ Đông", "Vụ Ánh", "Vụ Dung"
	l := listing{
		list: "directedCases", label: "title",
		filters: []filtered{
			{object{"text": "vu do"}, A},
			{object{"states": []string{"OPEN"}}, join(A, B)},
			{object{"units": []string{w.first}}, join(A, B)},
			{object{"units": []string{w.province}}, join(A, B, C)},
			{object{"everUnits": []string{w.second}}, join(B, C)},
			{object{"directives": []string{d}}, A},
			{object{"cases": []string{c}}, A},
			{object{"listedOn": between("2018-11-01", "2018-11-02")}, join(A, B)},
			{object{"finishedOn": from("2019-01-01")}, C},
		},
		orders: map[string]string{"LISTED_ON": join(A, B, C), "TITLE": join(B, C, A), "UPDATED_AT": join(A, B, C)},
	}
	w.lists(l)
	// Everybody sees those of the own units alone.
	for as, want := range map[string]string{"clerk": "[Vụ Ánh Vụ Đông]", "stranger": "[Vụ Ánh Vụ Dung]", "executor": "[Vụ Ánh Vụ Đông]"} {
		p := map[string]auth.Principal{"clerk": w.clerk(), "stranger": w.stranger(), "executor": w.executor()}[as]
		answer := w.page(p, l, object{"orderBy": object{"field": "TITLE"}})
		if got := fmt.Sprint(all(at(answer.Data, "directedCases.nodes"), "title")); got != want {
			t.Errorf("%s sees %s, want %s", as, got, want)
		}
	}
}

func TestListOfConferences(t *testing.T) {
	w := newProvince(t)
	d := w.directive("16-CT/TU")
	hold := func(on, title string, more ...object) object {
		in := conference(append([]object{{"title": title}}, more...)...)
		in["effectiveOn"] = on
		return w.must(leader, "conferenceRecord", in)
	}
	a := hold("2018-01-10", "Đánh giá", object{"unit": w.province, "documents": []object{{"directive": d}}})
	w.must(leader, "conferenceConclude", object{"id": a["id"], "version": a["version"], "effectiveOn": "2018-01-10", "conclusion": object{"by": "Cục trưởng", "text": "Nhất trí"}})
	hold("2018-07-10", "Sơ kết", object{"kind": "MID_YEAR_REVIEW", "unit": w.first, "organiser": "Chi cục"})
	hold("2018-12-10", "Ánh sáng", object{"statYear": 2019})
	const A, B, C = "Đánh giá", "Sơ kết", "Ánh sáng"
	w.lists(listing{
		list: "conferences", label: "title",
		filters: []filtered{
			{object{"text": "so ket"}, B},
			{object{"text": "chi cuc"}, B},
			{object{"states": []string{"CONCLUDED"}}, A},
			{object{"kinds": []string{"MID_YEAR_REVIEW"}}, B},
			{object{"statYears": []int{2019}}, C},
			{object{"units": []string{w.first}}, B},
			{object{"units": []string{w.province}}, join(A, B)},
			{object{"directives": []string{d}}, A},
			{object{"heldOn": between("2018-07-01", "2018-12-31")}, join(B, C)},
		},
		orders: map[string]string{"HELD_ON": join(A, B, C), "TITLE": join(C, A, B), "UPDATED_AT": join(A, B, C)},
	})
}

func TestListOfTargets(t *testing.T) {
	w := newProvince(t)
	define := func(basis string, more ...object) object {
		return w.must(leader, "targetDefine", target(append([]object{{"basis": basis}}, more...)...))
	}
	a := define("A")
	w.must(leader, "targetWithdraw", object{"id": a["id"], "version": a["version"], "effectiveOn": "2018-01-01", "note": "Giao lại"})
	define("B", object{"statYear": 2019, "metric": "CASE_RATE", "reach": "UNIT", "unit": w.first, "issuer": "PROVINCE"})
	define("C", object{"statYear": 2020, "periodEnd": "2020-03-31", "reach": "OFFICER", "unit": w.first, "officer": w.officer, "issuer": "UNIT"})
	w.lists(listing{
		list: "targets", label: "basis",
		filters: []filtered{
			{object{"states": []string{"WITHDRAWN"}}, "A"},
			{object{"issuers": []string{"PROVINCE", "UNIT"}}, "B,C"},
			{object{"statYears": []int{2018, 2020}}, "A,C"},
			{object{"metrics": []string{"CASE_RATE"}}, "B"},
			{object{"reaches": []string{"OFFICER"}}, "C"},
			{object{"units": []string{w.first}}, "B,C"},
			{object{"officers": []string{w.officer}}, "C"},
		},
		orders: map[string]string{"STAT_YEAR": "A,B,C", "PERIOD_END": "A,B,C", "UPDATED_AT": "A,B,C"},
	})
}
