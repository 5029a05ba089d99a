package graph_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/thads/thads/graph"
	"github.com/thads/thads/internal/auth"
)

// Every kind of record is led through its life by GraphQL alone. Between them
// the lives use every mutation of the schema but those of imports, which need
// files and work in the background: see imports_test.go.
func TestLives(t *testing.T) {
	done := map[string]bool{}
	for name, lead := range map[string]func(*testing.T) *world{
		"unit": unitLife, "officer": officerLife, "case": caseLives, "verdict": verdictLife, "directive": directiveLife,
		"task": taskLife, "directed case": directedCaseLife, "conference": conferenceLife, "target": targetLife,
		"reorganisation": reorganisation, "account": accountLife, "own account": ownAccountLife, "token": tokenLife,
		"privacy": privacyLife, "saved query": savedQueryLife, "period": periodLife,
	} {
		t.Run(name, func(t *testing.T) {
			w := lead(t)
			maps.Copy(done, w.done)
			if strings.Contains(w.log.String(), "level=ERROR") {
				t.Errorf("faults were logged:\n%s", w.log)
			}
		})
	}
	if t.Failed() {
		return
	}
	for _, f := range graph.Schema().Mutation.Fields {
		if !strings.HasPrefix(f.Name, "__") && !strings.HasPrefix(f.Name, "import") && !done[f.Name] {
			t.Errorf("no life uses the mutation %s", f.Name)
		}
	}
}

// paper is a numbered paper.
func paper(number, date string) object { return object{"number": number, "date": date} }

// fates are what became of the events of a record, in the order recorded.
func fates(record object) string {
	return strings.Join(all(record["events"], "fate"), " ")
}

func unitLife(t *testing.T) *world {
	w := newProvince(t)
	other := w.make(leader, "unitEstablish", object{"effectiveOn": "2009-07-01", "code": "NB", "name": "Cục THADS tỉnh Ninh Bình", "level": "PROVINCE"})
	u := w.live(administrator,
		step{"unitEstablish", object{
			"effectiveOn": "2010-01-01", "code": "th-09", "name": "Chi cục THADS huyện Thử", "level": "DISTRICT",
			"parent": w.province, "area": "huyện Thử", "decision": paper("12/QĐ-BTP", "2009-12-20"), "note": "Thành lập",
		}, object{
			"code": "TH-09", "state": "OPEN", "shortName": "Chi cục THADS huyện Thử", "validFrom": "2010-01-01", "validTo": nil,
			"parent.code": "TH", "ancestors.0.code": "TH", "events.0.kind": "ESTABLISHED", "events.0.level": "DISTRICT",
			"events.0.by": "admin", "events.0.fate": "STANDS", "events.0.decision.number": "12/QĐ-BTP", "openFrom": nil,
		}},
		step{"unitRename", object{"effectiveOn": "2012-03-01", "name": "Chi cục THADS huyện Thử Mới", "shortName": "Thử Mới"}, object{
			"name": "Chi cục THADS huyện Thử Mới", "shortName": "Thử Mới", "names.0.to": "2012-02-29", "names.1.to": nil,
			"events.1.level": nil,
		}},
		step{"unitMove", object{"effectiveOn": "2013-01-01", "parent": other}, object{"parent.code": "NB", "parents.1.from": "2013-01-01"}},
		step{"unitCorrect", object{"event": 2, "reason": "Sai tên", "effectiveOn": "2012-04-01", "name": "Chi cục THADS huyện Thử Hai"}, object{
			"name": "Chi cục THADS huyện Thử Hai", "events.1.fate": "SUPERSEDED", "events.1.fateBy": 4, "events.3.supersedes": 2, "events.3.reason": "Sai tên",
		}},
		step{"unitVoid", object{"event": 3, "reason": "Nhầm đơn vị"}, object{"parent.code": "TH", "events.2.fate": "VOIDED", "events.4.voids": 3}},
		step{"unitClose", object{"effectiveOn": "2015-01-01", "successors": []string{w.first}, "decision": paper("9/QĐ-BTP", "2014-12-01")}, object{
			"state": "CLOSED", "validTo": "2014-12-31", "successors.0.code": "TH-01", "ancestors.0.code": "TH", "nextSteps": []any{"PERIOD_LOCKED"},
		}},
	)
	if got, want := fates(u), "STANDS SUPERSEDED VOIDED STANDS NOTICE STANDS"; got != want {
		t.Errorf("fates are %s, want %s", got, want)
	}
	data := w.ask(leader, `query($id: ID!) { unit(id: $id) { predecessors { code } } byCode: unit(code: "th-09") { code children { id } } province: unit(code: "TH") { children { code } } }`,
		object{"id": w.first})
	want := object{
		"unit": object{"predecessors": []any{object{"code": "TH-09"}}}, "byCode": object{"code": "TH-09", "children": []any{}},
		"province": object{"children": []any{object{"code": "TH-01"}, object{"code": "TH-02"}}},
	}
	if diff := cmp.Diff(want, data); diff != "" {
		t.Errorf("units (-want +got):\n%s", diff)
	}
	w.refuses(leader, "unitEstablish", object{"effectiveOn": "2010-01-01", "code": "TH-01", "name": "Trùng", "level": "DISTRICT", "parent": w.province}, "DUPLICATE", "code")
	w.refuses(leader, "unitEstablish", object{"effectiveOn": "2010-01-01", "code": "X", "name": "Không cấp trên", "level": "DISTRICT"}, "REQUIRED", "parent")
	if a := w.post(leader, "vi", `{ unit { id } }`, nil); a.code() != "INVALID" {
		t.Errorf("a unit by nothing answers %+v", a)
	}
	return w
}

func officerLife(t *testing.T) *world {
	w := newProvince(t)
	post := object{"effectiveOn": "2016-02-01", "unit": w.second, "position": "DEPUTY"}
	o := w.live(administrator,
		step{"officerAppoint", object{
			"effectiveOn": "2015-06-01", "name": "Đỗ Thị Thử", "code": "chv09", "rank": "JUNIOR_OFFICER", "unit": w.first, "position": "OFFICER",
		}, object{"code": "CHV09", "state": "SERVING", "canEnforce": true, "unit.code": "TH-01", "events.0.rank": "JUNIOR_OFFICER"}},
		step{"officerPost", post, object{"unit.code": "TH-02", "position": "DEPUTY", "posts.0.to": "2016-01-31", "units.1.code": "TH-02", "events.1.rank": nil}},
		step{"officerPromote", object{"effectiveOn": "2017-01-01", "rank": "EXAMINER"}, object{"rank": "EXAMINER", "canEnforce": false, "grades.1.from": "2017-01-01"}},
		step{"officerCorrect", object{"event": 3, "reason": "Sai ngạch", "effectiveOn": "2017-01-01", "rank": "SENIOR_OFFICER"}, object{"rank": "SENIOR_OFFICER", "events.last.kind": "PROMOTED"}},
		step{"officerEnd", object{"effectiveOn": "2020-01-01", "decision": paper("5/QĐ", "2019-12-20")}, object{"state": "ENDED", "servesTo": "2019-12-31", "nextSteps": []any{"APPOINTED"}}},
		step{"officerReappoint", object{
			"effectiveOn": "2021-01-01", "name": "Đỗ Thị Thử", "code": "CHV09", "rank": "SENIOR_OFFICER", "unit": w.second, "position": "HEAD",
		}, object{"state": "SERVING", "position": "HEAD", "servesTo": nil}},
		step{"officerVoid", object{"event": 6, "reason": "Chưa tiếp nhận"}, object{"state": "ENDED"}},
	)
	if got, want := fates(o), "STANDS STANDS SUPERSEDED STANDS STANDS VOIDED NOTICE"; got != want {
		t.Errorf("fates are %s, want %s", got, want)
	}
	data := w.ask(leader, `{ officer(code: "CHV09") { name } none: officer(code: "CHV77") { name } }`, nil)
	if diff := cmp.Diff(object{"officer": object{"name": "Đỗ Thị Thử"}, "none": nil}, data); diff != "" {
		t.Errorf("officers by code (-want +got):\n%s", diff)
	}
	w.refuses(leader, "officerAppoint", object{
		"effectiveOn": "2005-06-01", "name": "Đỗ Văn Sớm", "code": "CHV10", "rank": "JUNIOR_OFFICER", "unit": w.first, "position": "OFFICER",
	}, "UNKNOWN_REFERENCE", "unit")
	return w
}

func verdictParticulars(more ...object) object {
	return with(object{
		"number": "15/2018/HC-ST", "date": "2018-09-05", "court": "TAND tỉnh Thanh Hóa", "receivedOn": "2018-09-20",
		"creditors": []object{{"kind": "PERSON", "name": "Trần Thị Kiện", "address": "Phường Thử"}},
		"debtors":   []object{{"name": "UBND thành phố Thử", "superior": "UBND tỉnh"}},
		"operative": "Hủy Quyết định số 01", "category": "ANNUL_DECISION", "tracked": true,
	}, more...)
}

func verdictLife(t *testing.T) *world {
	w := newProvince(t)
	money := w.make(w.clerk(), "caseOpen", w.decided("46/QĐ-CCTHADS", "2018-10-05"))
	letter := func(number, date string) object {
		return object{"effectiveOn": date, "decision": paper(number, date)}
	}
	v := w.live(w.clerk(),
		step{"verdictRegister", object{"unit": w.first, "particulars": verdictParticulars(object{"moneyCases": []string{money}})}, object{
			"state": "NEW", "registeredOn": "2018-09-20", "debtorName": "UBND thành phố Thử", "receiptUnknown": true, "overdue": false,
			"deadline": nil, "moneyCases.0.id": money, "unit.code": "TH-01", "officer": nil, "creditors.0.name": "Trần Thị Kiện",
			"debtors.0.superior": "UBND tỉnh", "events.0.toUnit.code": "TH-01",
		}},
		step{"verdictEstablishReceipt", object{"effectiveOn": "2018-10-01", "debtorReceivedOn": "2018-09-25"}, object{
			"deadline": "2018-10-25", "overdue": true, "receiptUnknown": false, "compulsionRequestBy": "2019-10-25",
			"events.1.debtorReceivedOn": "2018-09-25",
		}},
		step{"verdictAssign", object{"effectiveOn": "2018-10-02", "officer": w.officer}, object{"officer.code": "CHV01", "events.2.toOfficer.code": "CHV01"}},
		step{"verdictIssueNotice", letter("7/TB-CCTHADS", "2018-10-03"), object{"state": "NOTIFIED", "notices": 1, "notifiedOn": "2018-10-03"}},
		step{"verdictRecordSession", object{"effectiveOn": "2018-10-10", "note": "Làm việc với Chủ tịch"}, object{"sessions": 1}},
		step{"verdictRecordCompulsion", with(letter("2/2018/QĐ-THA", "2018-11-01"), object{"decision": object{"number": "2/2018/QĐ-THA", "date": "2018-11-01", "issuer": "TAND tỉnh Thanh Hóa"}}), object{
			"state": "COMPELLED", "compulsion.issuer": "TAND tỉnh Thanh Hóa", "compelledOn": "2018-11-01",
		}},
		step{"verdictUrge", letter("8/CV", "2018-11-10"), object{"state": "URGED", "urgings": 1}},
		step{"verdictPetitionDiscipline", with(letter("9/KN", "2018-12-10"), object{"recipient": "UBND tỉnh"}), object{"petitions": 1}},
		step{"verdictPublish", object{"effectiveOn": "2018-12-20", "recipient": "Trang thông tin điện tử"}, object{"publishedOn": "2018-12-20"}},
		step{"verdictNote", object{"effectiveOn": "2018-12-21", "note": "Đã gọi điện"}, object{"events.last.note": "Đã gọi điện"}},
		step{"verdictComplete", object{"effectiveOn": "2019-01-05", "result": "Đã hủy quyết định"}, object{"state": "DONE", "result": "Đã hủy quyết định", "finishedOn": "2019-01-05", "overdue": false}},
		step{"verdictReopen", object{"effectiveOn": "2019-01-10", "note": "Chưa hủy xong"}, object{"state": "URGED", "finishedOn": nil}},
		step{"verdictCorrect", object{"event": 5, "reason": "Sai ngày", "effectiveOn": "2018-10-11", "recipient": "Phó Chủ tịch", "note": "Làm việc với Phó Chủ tịch"}, object{"events.4.fate": "SUPERSEDED", "events.last.kind": "WORK_SESSION"}},
		step{"verdictVoid", object{"event": 8, "reason": "Chưa kiến nghị"}, object{"petitions": 0}},
		step{"verdictEndTracking", object{"effectiveOn": "2019-02-01", "result": "Không còn nội dung"}, object{"state": "NO_LONGER"}},
	)
	other := w.live(w.clerk(),
		step{"verdictRegister", object{"unit": w.first, "officer": w.officer, "effectiveOn": "2018-09-21", "particulars": verdictParticulars(object{"number": "16/2018/HC-ST"})}, object{"officer.code": "CHV01"}},
	)
	moved := w.live(leader,
		step{"verdictRegister", object{"unit": w.first, "particulars": verdictParticulars(object{"number": "17/2018/HC-ST"})}, nil},
		step{"verdictTransfer", object{"effectiveOn": "2018-12-01", "unit": w.second, "decision": paper("3/QĐ", "2018-11-30")}, object{"unit.code": "TH-02", "units.0.code": "TH-01", "officer": nil, "events.1.unit.code": "TH-01"}},
	)
	// Who held it may read it still; only who holds it may write it.
	in := object{"id": moved["id"], "version": moved["version"], "effectiveOn": "2018-12-05", "note": "Không còn giữ"}
	if _, _, code := w.mutate(w.clerk(), "vi", "verdictNote", in); code != "FORBIDDEN" {
		t.Errorf("a unit that holds the verdict no longer writes it: %q", code)
	}
	if got := w.seen(w.clerk(), moved["id"]); !got {
		t.Error("a unit that held the verdict cannot read it")
	}
	if got := w.seen(w.stranger(), other["id"]); got {
		t.Error("a unit that never held the verdict can read it")
	}
	data := w.ask(leader, `query($n: VerdictNumberInput!) { administrativeVerdict(number: $n) { id } }`,
		object{"n": object{"court": "tand tỉnh Thanh Hoá", "number": "15/2018/HC–ST", "date": "2018-09-05"}})
	if got := at(data, "administrativeVerdict.id"); got != v["id"] {
		t.Errorf("by number: %v, want %v", got, v["id"])
	}
	w.refuses(w.clerk(), "verdictRegister", object{"unit": w.first, "particulars": verdictParticulars()}, "DUPLICATE", "particulars.number")
	w.refuses(w.clerk(), "verdictRegister", object{"unit": w.first, "particulars": verdictParticulars(object{"number": "99/2018/HC-ST", "moneyCases": []string{"cs_none"}})},
		"UNKNOWN_REFERENCE", "particulars.moneyCases.0")
	steps := w.ask(w.reader(), `{ all: verdictSteps { kind } before: verdictSteps(on: "2015-01-01") { kind name from to article verified } }`, nil)
	if n := len(all(steps["all"], "kind")) - len(all(steps["before"], "kind")); n != 1 {
		t.Errorf("before the Law of 2015 %d steps fewer are allowed, want 1", n)
	}
	return w
}

// decided is the input of a case with an enforcement decision, held by the first
// unit, of 100 and 20 million.
func (w *world) decided(number, date string, more ...object) object {
	return with(object{
		"unit": w.first, "officer": w.officer, "decision": paper(number, date), "particulars": caseParticulars(),
	}, more...)
}

func caseParticulars(more ...object) object {
	return with(object{
		"initiation": "ON_REQUEST", "requestedOn": "2018-09-28",
		"judgment": object{"kind": "CIVIL", "number": "07/2018/DS-ST", "date": "2018-09-05", "court": "TAND thành phố Thanh Hóa"},
		"parties": []object{
			{"role": "DEBTOR", "kind": "PERSON", "name": "Nguyễn Văn Nợ", "address": "Phường Thử", "identityNumber": "038090000123"},
			{"role": "CREDITOR", "kind": "PERSON", "name": "Trần Thị Được"},
		},
		"obligations": []object{{"kind": "DEBT", "amount": 100_000_000}, {"kind": "COURT_FEE", "amount": 20_000_000}},
	}, more...)
}

// seen tells whether somebody sees a record.
func (w *world) seen(as auth.Principal, id any) bool {
	w.t.Helper()
	return at(w.ask(as, `query($id: ID!) { node(id: $id) { id } }`, object{"id": id}), "node.id") == id
}

func (w *world) directive(number string, more ...object) string {
	w.t.Helper()
	return w.make(leader, "directiveIssue", w.issued(number, more...))
}

// issued is the input of a directive that addresses the whole province.
func (w *world) issued(number string, more ...object) object {
	return object{
		"document": with(object{"type": "DIRECTIVE", "number": number, "date": "2018-06-01", "issuer": "Ban Thường vụ Tỉnh ủy"}, more...),
		"terms":    object{"title": "Tăng cường lãnh đạo công tác thi hành án dân sự", "addressees": []object{{"unit": w.province}, {"name": "Công an tỉnh"}}},
	}
}

func directiveLife(t *testing.T) *world {
	w := newProvince(t)
	above := w.directive("4-CT/TW", object{"issuer": "Ban Bí thư", "date": "2014-05-28"})
	d := w.live(leader,
		step{"directiveIssue", with(w.issued("16-CT/TU", object{"parent": above}), object{"note": "Ghi nhận"}), object{
			"state": "IN_FORCE", "number": "16-CT/TU", "issuedOn": "2018-06-01", "class": "NONE", "inForce": true, "reviewDue": false,
			"parent.number": "4-CT/TW", "addressees.0.name": "Cục Thi hành án dân sự tỉnh Thanh Hóa", "addressees.1.name": "Công an tỉnh",
			"addressees.1.unit": nil, "events.0.title": "Tăng cường lãnh đạo công tác thi hành án dân sự", "children": []any{}, "tasks": []any{},
		}},
		step{"directiveAmend", object{"effectiveOn": "2019-01-01", "terms": object{"title": "Tiếp tục tăng cường", "reviewOn": "2020-01-01", "scope": "toàn tỉnh"}, "decision": paper("20-CT/TU", "2018-12-30")}, object{
			"title": "Tiếp tục tăng cường", "amendments": 1, "reviewDue": true, "addressees": []any{}, "scope": "toàn tỉnh",
		}},
		step{"directiveNote", object{"effectiveOn": "2019-02-01", "note": "Đã sao gửi"}, object{"events.2.note": "Đã sao gửi", "events.2.title": nil}},
		step{"directiveCorrect", object{"event": 2, "reason": "Sai trích yếu", "effectiveOn": "2019-01-01", "terms": object{"title": "Tiếp tục lãnh đạo"}}, object{"title": "Tiếp tục lãnh đạo", "reviewOn": nil}},
		step{"directiveEnd", object{"effectiveOn": "2020-06-01", "decision": paper("1-QĐ/TU", "2020-05-30")}, object{"state": "ENDED", "endedOn": "2020-06-01", "inForce": false, "nextSteps": []any{"NOTED"}}},
		step{"directiveVoid", object{"event": 5, "reason": "Chưa kết thúc"}, object{"state": "IN_FORCE", "endedOn": nil}},
	)
	if got, want := fates(d), "STANDS SUPERSEDED STANDS STANDS VOIDED NOTICE"; got != want {
		t.Errorf("fates are %s, want %s", got, want)
	}
	byNumber := w.ask(w.committee(), `query($n: DirectiveNumberInput!) { directive(number: $n) { id parent { children { number parent { number } } } } }`,
		object{"n": object{"issuer": "Ban Thường vụ Tỉnh uỷ", "number": "16–CT/TU", "year": 2018}})
	want := object{"id": d["id"], "parent": object{"children": []any{object{"number": "16-CT/TU", "parent": object{"number": "4-CT/TW"}}}}}
	if diff := cmp.Diff(want, byNumber["directive"]); diff != "" {
		t.Errorf("directive by number (-want +got):\n%s", diff)
	}
	w.refuses(leader, "directiveIssue", w.issued("16-CT/TU"), "DUPLICATE", "document.number")
	w.refuses(leader, "directiveIssue", w.issued("17-CT/TU", object{"class": "SECRET"}), "CLASSIFIED_REFUSED", "document.class")
	w.refuses(leader, "directiveIssue", w.issued("17-CT/TU", object{"parent": "dr_none"}), "UNKNOWN_REFERENCE", "document.parent")
	// A unit's head enters what is addressed to that unit, and nothing else.
	if _, _, code := w.mutate(w.head(), "vi", "directiveIssue", w.issued("18-CT/TU")); code != "FORBIDDEN" {
		t.Errorf("a unit's head enters the province's directive: %q", code)
	}
	own := w.issued("3/KH-CCTHADS", object{"issuer": "Chi cục THADS thành phố"})
	own["terms"] = object{"title": "Kế hoạch của Chi cục", "addressees": []object{{"unit": w.first}}}
	w.must(w.head(), "directiveIssue", own)
	return w
}

// set is the input of a task that a unit leads.
func set(unit string, more ...object) object {
	return object{"effectiveOn": "2018-07-01", "particulars": with(object{
		"title": "Rà soát án tồn", "content": "Rà soát toàn bộ", "lead": object{"unit": unit}, "dueOn": "2018-12-31",
	}, more...)}
}

func taskLife(t *testing.T) *world {
	w := newProvince(t)
	d := w.directive("16-CT/TU")
	c := w.concluded()
	task := w.live(leader,
		step{"taskSet", set(w.first, object{
			"directive": d, "conference": c, "item": "T1", "coordinating": []object{{"name": "Công an tỉnh"}}, "deliverable": "Báo cáo", "reviewOn": "2018-10-01",
		}), object{
			"state": "NOT_STARTED", "title": "Rà soát án tồn", "directive.number": "16-CT/TU", "conference.title": "Giao ban quý II", "item": "T1",
			"lead.name": "Chi cục Thi hành án dân sự thành phố Thanh Hóa", "coordinating.0.name": "Công an tỉnh", "dueOn": "2018-12-31",
			"standing": false, "statYear": nil, "overdue": true, "progress": nil, "events.0.dueOn": "2018-12-31", "events.0.standing": false,
		}},
		step{"taskReport", object{"effectiveOn": "2018-08-01", "text": "Đã rà soát một nửa", "progress": 0, "evidence": []object{{"link": "https://example.gov.vn/bc"}}}, object{
			"state": "IN_PROGRESS", "progress": 0, "reports": 1, "reportedOn": "2018-08-01", "events.1.evidence.0.link": "https://example.gov.vn/bc", "events.1.standing": nil,
		}},
		step{"taskMoveDue", object{"effectiveOn": "2018-09-01", "dueOn": "2019-03-31", "note": "Khối lượng lớn"}, object{"dueOn": "2019-03-31", "events.2.dueOn": "2019-03-31"}},
		step{"taskComplete", object{"effectiveOn": "2019-03-01", "text": "Đã xong"}, object{"state": "DONE", "finishedOn": "2019-03-01", "overdue": false}},
		step{"taskReopen", object{"effectiveOn": "2019-04-01", "note": "Còn thiếu"}, object{"state": "IN_PROGRESS"}},
		step{"taskCorrect", object{"event": 2, "reason": "Sai tiến độ", "effectiveOn": "2018-08-01", "text": "Đã rà soát hai phần ba", "progress": 66}, object{"progress": 66}},
		step{"taskVoid", object{"event": 3, "reason": "Không gia hạn"}, object{"dueOn": "2018-12-31"}},
		step{"taskCancel", object{"effectiveOn": "2019-05-01", "note": "Không còn cần"}, object{"state": "CANCELLED", "nextSteps": []any{"REOPENED"}}},
	)
	if got, want := fates(task), "STANDS SUPERSEDED VOIDED STANDS STANDS STANDS NOTICE STANDS"; got != want {
		t.Errorf("fates are %s, want %s", got, want)
	}
	w.refuses(leader, "taskSet", set(w.first, object{"directive": "dr_none"}), "UNKNOWN_REFERENCE", "particulars.directive")
	w.refuses(leader, "taskSet", set(w.first, object{"conference": "cf_none"}), "UNKNOWN_REFERENCE", "particulars.conference")
	w.refuses(leader, "taskSet", set(w.first, object{"conference": c, "item": "T9"}), "UNKNOWN_REFERENCE", "particulars.item")
	w.refuses(leader, "taskSet", set("un_none"), "UNKNOWN_REFERENCE", "particulars.lead.unit")
	w.refuses(leader, "taskSet", set(w.first, object{"standing": true}), "NOT_ALLOWED", "particulars.dueOn")

	// A clerk of the unit that leads reports; what the leadership directs, the
	// clerk neither does nor corrects nor takes back.
	mine := w.must(w.head(), "taskSet", set(w.first))
	in := func(more object) object { return with(object{"id": mine["id"], "version": mine["version"]}, more) }
	report := object{"effectiveOn": "2018-08-01", "text": "Đang làm"}
	for _, c := range []struct {
		as   auth.Principal
		name string
		in   object
	}{
		{w.stranger(), "taskReport", in(report)},
		{w.accountant(), "taskReport", in(report)},
		{w.clerk(), "taskCorrect", in(with(set(w.second), object{"event": 1, "reason": "Đổi đơn vị"}))},
		{w.clerk(), "taskVoid", in(object{"event": 1, "reason": "Không muốn làm"})},
		{w.head(), "taskSet", set(w.second)},
	} {
		if _, _, code := w.mutate(c.as, "vi", c.name, c.in); code != "FORBIDDEN" {
			t.Errorf("%s as %s answers %q", c.name, c.as.ID, code)
		}
	}
	w.must(w.clerk(), "taskReport", in(report))
	return w
}

func directedCaseLife(t *testing.T) *world {
	w := newProvince(t)
	d := w.directive("16-CT/TU")
	c := w.make(w.clerk(), "caseOpen", w.decided("46/QĐ-CCTHADS", "2018-10-05"))
	list := func(unit string, more ...object) object {
		return object{"unit": unit, "effectiveOn": "2018-11-01", "particulars": with(object{
			"title": "Vụ Nguyễn Văn Nợ", "directingBody": "Thường trực Tỉnh ủy", "trackingBody": "Ban Nội chính Tỉnh ủy", "order": "Giải quyết dứt điểm", "directive": d, "case": c,
		}, more...)}
	}
	text := func(on, text string) object {
		return object{"effectiveOn": on, "text": text, "evidence": []object{{"text": "Biên bản"}}}
	}
	record := w.live(leader,
		step{"directedCaseList", list(w.first), object{
			"state": "OPEN", "case.debtorName": "Nguyễn Văn Nợ", "directive.number": "16-CT/TU", "unit.code": "TH-01", "listedOn": "2018-11-01",
			"events.0.toUnit.code": "TH-01", "events.0.unit.code": "TH-01",
		}},
		step{"directedCaseReportObstacle", text("2018-11-10", "Tài sản tranh chấp"), object{"obstacles": 1, "events.1.evidence.0.text": "Biên bản"}},
		step{"directedCaseReport", text("2018-11-20", "Đã làm việc với Tòa án"), object{"reports": 1, "reportedOn": "2018-11-20"}},
		step{"directedCaseResolve", text("2018-12-01", "Đã giao tài sản"), object{"state": "RESOLVED", "result": "Đã giao tài sản"}},
		step{"directedCaseReopen", object{"effectiveOn": "2018-12-10", "text": "Khiếu nại"}, object{"state": "OPEN", "result": nil}},
		step{"directedCaseCorrect", object{"event": 3, "reason": "Sai nội dung", "effectiveOn": "2018-11-21", "text": "Đã làm việc với Viện kiểm sát"}, object{"reportedOn": "2018-11-21"}},
		step{"directedCaseVoid", object{"event": 2, "reason": "Không có tranh chấp"}, object{"obstacles": 0}},
		step{"directedCaseTransfer", object{"effectiveOn": "2019-01-01", "unit": w.second}, object{"unit.code": "TH-02", "units.0.code": "TH-01", "events.last.unit.code": "TH-01"}},
		step{"directedCaseDelist", text("2019-02-01", "Không còn thuộc diện"), object{"state": "DELISTED", "finishedOn": "2019-02-01", "nextSteps": []any{"REOPENED"}}},
	)
	if got, want := fates(record), "STANDS VOIDED SUPERSEDED STANDS STANDS STANDS NOTICE STANDS STANDS"; got != want {
		t.Errorf("fates are %s, want %s", got, want)
	}
	elsewhere := w.make(leader, "directedCaseList", list(w.second))
	for _, c := range []struct {
		as   auth.Principal
		id   any
		want bool
	}{
		{w.clerk(), record["id"], true},
		{w.stranger(), record["id"], true},
		{w.executor(), record["id"], true},
		{w.clerk(), elsewhere, false},
		{w.stranger(), elsewhere, true},
		{leader, elsewhere, true},
	} {
		if got := w.seen(c.as, c.id); got != c.want {
			t.Errorf("%s sees %v: %t, want %t", c.as.ID, c.id, got, c.want)
		}
	}
	// The head of a unit does not see a case that another unit holds; naming
	// it in a record of the own unit does not show it either.
	data := w.ask(w.stranger(), `query($id: ID!) { directedCase(id: $id) { case { id } title } }`, object{"id": elsewhere})
	if got := at(data, "directedCase.case"); got != nil {
		t.Errorf("a case out of reach is shown: %v", got)
	}
	w.refuses(leader, "directedCaseList", list("un_none"), "UNKNOWN_REFERENCE", "unit")
	w.refuses(leader, "directedCaseList", list(w.first, object{"case": "cs_none"}), "UNKNOWN_REFERENCE", "particulars.case")
	w.refuses(leader, "directedCaseList", list(w.first, object{"directive": "dr_none"}), "UNKNOWN_REFERENCE", "particulars.directive")
	return w
}

func conference(more ...object) object {
	return object{"effectiveOn": "2018-06-28", "particulars": with(object{
		"kind": "BRIEFING", "title": "Giao ban quý II", "statYear": 2018, "organiser": "Cục THADS tỉnh",
	}, more...)}
}

// concluded is a conference whose conclusion has one item, T1.
func (w *world) concluded() string {
	w.t.Helper()
	c := w.must(leader, "conferenceRecord", conference())
	w.must(leader, "conferenceConclude", object{
		"id": c["id"], "version": c["version"], "effectiveOn": "2018-06-28",
		"conclusion": object{"by": "Cục trưởng", "items": []object{{"content": "Rà soát án tồn"}}},
	})
	return c["id"].(string)
}

func conferenceLife(t *testing.T) *world {
	w := newProvince(t)
	d := w.directive("16-CT/TU")
	ready := w.make(leader, "taskSet", set(w.first, object{"title": "Việc có trước"}))
	figure := func(metric string, value object, more ...object) object {
		return with(object{"metric": metric, "value": value, "statYear": 2018}, more...)
	}
	c := w.live(leader,
		step{"conferenceRecord", conference(object{
			"session": "MORNING", "place": "Hội trường", "unit": w.province, "chair": "Cục trưởng", "agenda": []string{"Báo cáo", "Thảo luận"},
			"attendees": []object{{"name": "Nguyễn Văn Dự", "titles": []string{"Phó Cục trưởng"}}, {"organisation": "Viện kiểm sát", "role": "SPEAKER"}},
			"documents": []object{{"directive": d}, {"number": "10/BC", "title": "Báo cáo quý"}},
			"causes":    []object{{"kind": "OBJECTIVE", "text": "Thị trường trầm lắng"}}, "opinions": []object{{"speaker": "Đại diện VKS", "text": "Cần phối hợp"}},
			"source": "Biên bản",
		}), object{
			"state": "RECORDED", "heldOn": "2018-06-28", "kind": "BRIEFING", "session": "MORNING", "unit.code": "TH", "attendees.0.role": "DELEGATE",
			"attendees.0.titles.0": "Phó Cục trưởng", "attendees.1.titles": []any{}, "agenda.1": "Thảo luận", "documents.0.directive.number": "16-CT/TU", "documents.1.title": "Báo cáo quý",
			"causes.0.kind": "OBJECTIVE", "opinions.0.speaker": "Đại diện VKS", "conclusion": nil, "statYear": 2018,
		}},
		step{"conferenceReportFigures", object{"effectiveOn": "2018-06-28", "figures": []object{
			figure("CASES_DONE", object{"unit": "CASES", "count": 13140}, object{"quote": "giải quyết xong 13.140 việc"}),
			figure("MONEY_DONE", object{"unit": "DONG", "amount": 970_327_000_000}, object{"operator": "ABOUT"}),
			figure("MONEY_RATE", object{"unit": "PERCENT", "percent": 34.72}, object{"asOf": "2018-06-20"}),
		}}, object{"figures.0.id": "F1", "figures.2.asOf": "2018-06-20", "figures.1.operator": "ABOUT", "events.1.figures.0.quote": "giải quyết xong 13.140 việc"}},
		step{"conferenceConclude", object{"effectiveOn": "2018-06-28", "conclusion": object{
			"by": "Cục trưởng", "text": "Quyết liệt hơn", "number": "30/TB", "date": "2018-06-30",
			"items": []object{{"content": "Rà soát án tồn", "leads": []object{{"unit": w.first}}}, {"content": "Đã giao", "task": ready}, {"content": "Chưa giao"}},
		}}, object{"state": "CONCLUDED", "concludedOn": "2018-06-28", "conclusion.number": "30/TB", "events.2.conclusion.by": "Cục trưởng"}},
		step{"conferenceNote", object{"effectiveOn": "2018-07-01", "note": "Đã gửi thông báo"}, object{"events.3.note": "Đã gửi thông báo"}},
		step{"conferenceCorrect", object{"event": 2, "reason": "Nghe nhầm", "effectiveOn": "2018-06-28", "figures": []object{
			figure("CASES_DONE", object{"unit": "CASES", "count": 13104}, object{"id": "F1"}),
		}}, object{"events.1.fate": "SUPERSEDED", "figures.1": nil}},
		step{"conferenceVoid", object{"event": 4, "reason": "Chưa gửi"}, object{"events.3.fate": "VOIDED"}},
	)
	became := w.make(leader, "taskSet", set(w.first, object{"conference": c["id"], "item": "T1"}))
	data := w.ask(w.committee(), `query($id: ID!) { conference(id: $id) {
		figures { value { unit count amount percent text } } documents { number directive { number } } tasks { id }
		conclusion { items { id content leads { name unit { code } } task { id } } }
		events { figures { value { count amount percent text } } }
	} }`, object{"id": c["id"]})
	shown := object{
		"conference.figures.0.value.count": 13104, "conference.figures.0.value.amount": nil, "conference.figures.0.value.text": "13.104 việc",
		"conference.events.1.figures.1.value.amount": "970327000000", "conference.events.1.figures.1.value.count": nil,
		"conference.events.1.figures.2.value.percent": "34.72", "conference.events.1.figures.2.value.text": "34,72%",
		"conference.documents.0.directive.number": "16-CT/TU", "conference.documents.1.number": "10/BC",
		"conference.conclusion.items.0.task.id": became, "conference.conclusion.items.0.leads.0.unit.code": "TH-01",
		"conference.conclusion.items.1.task.id": ready, "conference.conclusion.items.2.task": nil, "conference.conclusion.items.2.id": "T3",
		"conference.tasks.0.id": became, "conference.tasks.1": nil,
	}
	for path, want := range shown {
		if got := at(data, path); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
	for _, bad := range []struct {
		value object
		code  string
		field string
	}{
		{object{"unit": "PERCENT", "count": 3}, "NOT_ALLOWED", "value.count"},
		{object{"unit": "DONG"}, "REQUIRED", "value.amount"},
	} {
		in := object{"id": c["id"], "version": c["version"], "effectiveOn": "2018-06-28", "figures": []object{figure("OTHER", bad.value, object{"label": "x"})}}
		if _, _, code := w.mutate(leader, "vi", "conferenceReportFigures", in); code != bad.code {
			t.Errorf("%v answers %q, want %s", bad.value, code, bad.code)
		}
	}
	w.refuses(leader, "conferenceRecord", conference(object{"documents": []object{{"directive": "dr_none"}}}), "UNKNOWN_REFERENCE", "particulars.documents.0.directive")
	w.refuses(leader, "conferenceRecord", conference(object{"unit": "un_none"}), "UNKNOWN_REFERENCE", "particulars.unit")
	if _, _, code := w.mutate(w.head(), "vi", "conferenceRecord", conference()); code != "FORBIDDEN" {
		t.Errorf("a unit's head records the province's conference: %q", code)
	}
	return w
}

func target(more ...object) object {
	return object{"effectiveOn": "2017-10-15", "particulars": with(object{
		"issuer": "MINISTRY", "document": "1100/QĐ-TCTHADS", "statYear": 2018, "metric": "MONEY_RATE", "value": object{"unit": "PERCENT", "percent": 32.5}, "reach": "NATIONAL",
	}, more...)}
}

func targetLife(t *testing.T) *world {
	w := newProvince(t)
	d := w.directive("16-CT/TU")
	record := w.live(leader,
		step{"targetDefine", target(object{"directive": d, "basis": "Nghị quyết"}), object{
			"state": "IN_FORCE", "operator": "AT_LEAST", "value.percent": "32.50", "value.text": "32,50%", "periodEnd": "2018-09-30", "directive.number": "16-CT/TU",
			"unit": nil, "officer": nil, "events.0.value.percent": "32.50", "events.0.operator": "AT_LEAST",
		}},
		step{"targetCorrect", with(target(object{"metric": "CASE_RATE", "value": object{"unit": "PERCENT", "percent": 72}}), object{"event": 1, "reason": "Nhầm chỉ tiêu"}), object{"metric": "CASE_RATE"}},
		step{"targetWithdraw", object{"effectiveOn": "2018-02-01", "note": "Giao lại", "decision": paper("2/QĐ", "2018-01-31")}, object{"state": "WITHDRAWN", "withdrawnOn": "2018-02-01", "events.last.operator": nil}},
		step{"targetVoid", object{"event": 3, "reason": "Không thu hồi"}, object{"state": "IN_FORCE", "withdrawnOn": nil}},
	)
	if got, want := fates(record), "SUPERSEDED STANDS VOIDED NOTICE"; got != want {
		t.Errorf("fates are %s, want %s", got, want)
	}
	data := w.ask(w.reader(), `query($id: ID!) { target(id: $id) { events { operator value { percent } } } }`, object{"id": record["id"]})
	if got := at(data, "target.events.0.value.percent"); fmt.Sprint(got) != "32.50" {
		t.Errorf("the first event set %v", got)
	}
	same := object{"metric": "CASE_RATE", "value": object{"unit": "PERCENT", "percent": 80}}
	w.refuses(leader, "targetDefine", target(same), "DUPLICATE", "particulars.metric")
	w.refuses(leader, "targetDefine", target(object{"reach": "UNIT", "unit": "un_none"}), "UNKNOWN_REFERENCE", "particulars.unit")
	w.refuses(leader, "targetDefine", target(object{"reach": "OFFICER", "unit": w.first, "officer": "of_none"}), "UNKNOWN_REFERENCE", "particulars.officer")
	w.refuses(leader, "targetDefine", target(object{"directive": "dr_none"}), "UNKNOWN_REFERENCE", "particulars.directive")
	w.must(w.head(), "targetDefine", target(object{"reach": "UNIT", "unit": w.first, "issuer": "UNIT"}))
	if _, _, code := w.mutate(w.head(), "vi", "targetDefine", target(object{"reach": "UNIT", "unit": w.second})); code != "FORBIDDEN" {
		t.Errorf("a unit's head sets the target of another unit: %q", code)
	}
	return w
}

func reorganisation(t *testing.T) *world {
	w := newProvince(t)
	in := object{
		"effectiveOn": "2025-07-01", "decision": paper("1898/QĐ-BTP", "2025-06-25"), "idempotencyKey": "sap-xep",
		"establish": []object{{"code": "KV1", "name": "Phòng THADS khu vực 1", "shortName": "Khu vực 1", "level": "REGIONAL_ROOM", "parent": w.province, "takesOver": []string{w.first, w.second}}},
	}
	w.onlyFor("unitReorganise", in)
	job := w.must(leader, "unitReorganise", in)
	if job["state"] != "RUNNING" {
		t.Errorf("the job is %v", job["state"])
	}
	if again := w.must(leader, "unitReorganise", in); again["id"] != job["id"] {
		t.Errorf("the same request began another job")
	}
	w.isNode(job)
	w.refuses(leader, "unitReorganise", with(in, object{"establish": []object{}}), "IDEMPOTENCY_KEY_REUSED", "idempotencyKey")
	w.refuses(leader, "unitReorganise", with(in, object{"establish": []object{}, "idempotencyKey": "khac"}), "REQUIRED", "establish")
	return w
}
