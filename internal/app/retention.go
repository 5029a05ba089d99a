package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/thads/thads/internal/auth"
	"github.com/thads/thads/internal/store"
	"github.com/thads/thads/internal/thads"
)

// This file says what is kept for how long. The terms that the program keeps by
// itself stand beside what keeps them; a term that nobody has held against the
// text of its ground is marked so, and nothing is deleted by the program on such
// a ground.

const (
	// numbersKept is for how many years after a case has ended the numbers of its
	// parties are kept, as the files of enforcement are. The term was not held
	// against the list of terms for archives, so only people erase on it.
	numbersKept = 20
	// credentialsKept is how long passwords and second factors of a disabled
	// account are kept: it may have been disabled by mistake.
	credentialsKept = 30 * 24 * time.Hour
	// accessKept is how long sessions, links and sign-ins that have ended are
	// kept, for those who look into what happened.
	accessKept = 24 * time.Hour
)

// A RetentionRule says what is kept for how long, and on which ground.
type RetentionRule struct {
	// Code names the rule for programs.
	Code string
	// Subject is what is kept, Term for how long, Since from when the term runs,
	// Action what is done at its end, Ground what it rests on.
	Subject, Term, Since, Action, Ground thads.Text
	// Verified tells whether the ground was held against its text; Automatic
	// whether the program does it by itself.
	Verified, Automatic bool
}

// The codes of the rules.
const (
	RetainCases       = "CASE_HISTORY"
	RetainNumbers     = "SEALED_NUMBERS"
	RetainPublic      = "PUBLIC_LISTING"
	RetainUploads     = "UPLOADS"
	RetainImports     = "IMPORT_FILES"
	RetainEndedImport = "ENDED_IMPORT_FILES"
	RetainSessions    = "SESSIONS"
	RetainLinks       = "SIGN_IN_LINKS"
	RetainChallenges  = "SIGN_IN_CHALLENGES"
	RetainCredentials = "DISABLED_CREDENTIALS"
	RetainAccounts    = "ACCOUNTS"
	RetainTokens      = "API_TOKENS"
	RetainDisclosures = "DISCLOSURES"
	RetainKeys        = "RETIRED_KEYS"
)

// RetentionRules are the rules, in the order in which people are shown them.
func RetentionRules() []RetentionRule {
	own := thads.Text{VI: "Quy tắc của phần mềm: chỉ giữ khi còn cần (Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15, nguyên tắc giới hạn mục đích)", EN: "A rule of the program: kept while needed only (Law 91/2025/QH15 on personal data, limitation to the purpose)"}
	hours := func(d time.Duration) thads.Text {
		return thads.Text{VI: fmt.Sprintf("%d giờ", int(d.Hours())), EN: fmt.Sprintf("%d hours", int(d.Hours()))}
	}
	days := func(d time.Duration) thads.Text {
		return thads.Text{VI: fmt.Sprintf("%d ngày", int(d.Hours())/24), EN: fmt.Sprintf("%d days", int(d.Hours())/24)}
	}
	after := func(term thads.Text, vi, en string) thads.Text {
		return thads.Text{VI: term.VI + vi, EN: term.EN + en}
	}
	deleted := thads.Text{VI: "Xóa", EN: "Deleted"}
	return []RetentionRule{
		{
			Code:    RetainCases,
			Subject: thads.Text{VI: "Diễn biến của việc thi hành án, án hành chính, văn bản, nhiệm vụ", EN: "The histories of cases, verdicts, directives and tasks"},
			Term:    thads.Text{VI: "Không xóa", EN: "Never deleted"},
			Since:   thads.Text{VI: "Khi ghi", EN: "When they are recorded"},
			Action:  thads.Text{VI: "Không có; sửa, hủy đều để lại vết", EN: "None; corrections leave what they correct"},
			Ground:  thads.Text{VI: "Sổ thi hành án: sửa phải để lại vết (Thông tư 04/2023/TT-BTP Điều 30)", EN: "The books of enforcement: corrections leave a trace (Circular 04/2023 art 30)"},
			// Read in the consolidated codification.
			Verified: true,
		},
		{
			Code:    RetainNumbers,
			Subject: thads.Text{VI: "Số định danh, số tài khoản của đương sự (lưu dạng mã hóa)", EN: "Identity and account numbers of parties (kept sealed)"},
			Term:    thads.Text{VI: fmt.Sprintf("%d năm", numbersKept), EN: fmt.Sprintf("%d years", numbersKept)},
			Since:   thads.Text{VI: "Ngày việc kết thúc; việc ghi nhầm thì ngay khi hủy", EN: "The day on which the case ended; one recorded by mistake, when it was voided"},
			Action:  thads.Text{VI: "Người có quyền xóa theo đề nghị; diễn biến vẫn đọc được", EN: "Erased by somebody with the right; the history stays readable"},
			Ground:  thads.Text{VI: "Thời hạn bảo quản hồ sơ thi hành án – chưa đối chiếu với bảng thời hạn; quyền yêu cầu xóa của chủ thể dữ liệu (Luật 91/2025/QH15)", EN: "The term for keeping files of enforcement, not held against its list; the right to erasure (Law 91/2025/QH15)"},
		},
		{
			Code:     RetainPublic,
			Subject:  thads.Text{VI: "Danh sách công khai người phải thi hành án chưa có điều kiện", EN: "The public list of debtors without means"},
			Term:     thads.Text{VI: "Gỡ ngay; chậm nhất 2 ngày làm việc", EN: "Removed at once, at the latest within two working days"},
			Since:    thads.Text{VI: "Khi việc được thi hành xong, đình chỉ, hoặc lại có điều kiện", EN: "When the case is done, terminated or enforceable again"},
			Action:   thads.Text{VI: "Không còn trong danh sách", EN: "No longer in the list"},
			Ground:   thads.Text{VI: "Thông tư 04/2023/TT-BTP Điều 4; Nghị định 62/2015/NĐ-CP Điều 11", EN: "Circular 04/2023 art 4; Decree 62/2015 art 11"},
			Verified: true, Automatic: true,
		},
		{
			Code:    RetainUploads,
			Subject: thads.Text{VI: "Tệp gửi lên mà chưa lần nhập nào nhận (mã hóa)", EN: "Files sent that no import has taken (sealed)"},
			Term:    hours(uploadsKept), Since: thads.Text{VI: "Khi gửi", EN: "When they were sent"}, Action: deleted, Ground: own, Verified: true, Automatic: true,
		},
		{
			Code:    RetainImports,
			Subject: thads.Text{VI: "Tệp và kết quả kiểm tra của lần nhập chưa được chấp nhận (mã hóa)", EN: "Files and findings of imports that nobody has accepted (sealed)"},
			Term:    days(filesKept), Since: thads.Text{VI: "Lần thay đổi cuối của lần nhập", EN: "The last change of the import"},
			Action: thads.Text{VI: "Hủy lần nhập, xóa tệp và kết quả", EN: "The import is given up; file and findings are deleted"}, Ground: own, Verified: true, Automatic: true,
		},
		{
			Code:    RetainEndedImport,
			Subject: thads.Text{VI: "Tệp và kết quả kiểm tra của lần nhập đã kết thúc (mã hóa)", EN: "Files and findings of imports that have ended (sealed)"},
			Term:    after(days(filesKept), "; lần nhập bị hủy: ngay", "; of one that was given up: at once"), Since: thads.Text{VI: "Khi lần nhập kết thúc", EN: "When the import ended"},
			Action: thads.Text{VI: "Xóa; vẫn giữ việc nào được ghi từ dòng nào", EN: "Deleted; which row became which case is kept"}, Ground: own, Verified: true, Automatic: true,
		},
		{
			Code:    RetainSessions,
			Subject: thads.Text{VI: "Phiên đăng nhập đã hết hạn", EN: "Sessions that have ended"},
			Term:    hours(accessKept), Since: thads.Text{VI: "Khi phiên hết hạn", EN: "When they ended"}, Action: deleted, Ground: own, Verified: true, Automatic: true,
		},
		{
			Code:    RetainLinks,
			Subject: thads.Text{VI: "Liên kết đăng nhập đã hết hạn", EN: "Sign-in links that have ended"},
			Term:    hours(accessKept), Since: thads.Text{VI: "Khi liên kết hết hạn", EN: "When they ended"}, Action: deleted, Ground: own, Verified: true, Automatic: true,
		},
		{
			Code:    RetainChallenges,
			Subject: thads.Text{VI: "Lần đăng nhập đang chờ mã xác thực lớp hai", EN: "Sign-ins that wait for a second factor"},
			Term:    hours(accessKept), Since: thads.Text{VI: "Khi hết hạn", EN: "When they ended"}, Action: deleted, Ground: own, Verified: true, Automatic: true,
		},
		{
			Code:    RetainCredentials,
			Subject: thads.Text{VI: "Mật khẩu (băm), khóa xác thực lớp hai của tài khoản đã khóa", EN: "Hashes of passwords and second factors of disabled accounts"},
			Term:    days(credentialsKept), Since: thads.Text{VI: "Khi khóa tài khoản", EN: "When the account was disabled"},
			Action: thads.Text{VI: "Xóa; mở khóa sau đó cần liên kết mới", EN: "Deleted; to be enabled again, the account needs a new link"}, Ground: own, Verified: true, Automatic: true,
		},
		{
			Code:    RetainAccounts,
			Subject: thads.Text{VI: "Tên tài khoản, họ tên, vai trò của người dùng, kể cả đã khóa", EN: "Names and roles of accounts, disabled ones included"},
			Term:    thads.Text{VI: "Như diễn biến do người đó ghi", EN: "As long as what the person recorded"}, Since: thads.Text{VI: "Khi ghi", EN: "When it was recorded"},
			Action: thads.Text{VI: "Không xóa: phải biết ai đã ghi", EN: "None: it must be known who recorded what"}, Ground: own, Verified: true,
		},
		{
			Code:    RetainTokens,
			Subject: thads.Text{VI: "Khóa API đã hết hạn hoặc thu hồi (chỉ băm)", EN: "API tokens that have ended or were revoked (hashes only)"},
			Term:    thads.Text{VI: "Như tài khoản", EN: "As long as the account"}, Since: thads.Text{VI: "Khi tạo", EN: "When they were made"},
			Action: thads.Text{VI: "Không xóa: phải biết khóa nào đã đọc dữ liệu", EN: "None: it must be known which of them read data"}, Ground: own, Verified: true,
		},
		{
			Code:    RetainDisclosures,
			Subject: thads.Text{VI: "Nhật ký mở dữ liệu, tra cứu, xuất sổ, xóa số", EN: "The records of unmasking, lookups, exports and erasures"},
			Term:    thads.Text{VI: "Không xóa", EN: "Never deleted"}, Since: thads.Text{VI: "Khi ghi", EN: "When they are recorded"},
			Action: thads.Text{VI: "Không có; nhật ký không chứa dữ liệu được mở", EN: "None; they do not hold the data themselves"},
			Ground: thads.Text{VI: "Trách nhiệm ghi nhận việc xử lý dữ liệu cá nhân (Luật 91/2025/QH15) – thời hạn cụ thể chưa đối chiếu", EN: "The duty to keep a record of processing (Law 91/2025/QH15); its term was not held against the text"},
		},
		{
			Code:    RetainKeys,
			Subject: thads.Text{VI: "Khóa mã hóa đã thay", EN: "Keys that were replaced"},
			Term:    after(hours(retiredFor), " và chừng nào còn giá trị cần khóa", ", and while any value needs them"), Since: thads.Text{VI: "Khi thay khóa", EN: "When they were replaced"},
			Action: thads.Text{VI: "Bỏ khỏi tệp khóa bằng thads keys prune", EN: "Taken out of the file by thads keys prune"}, Ground: own, Verified: true,
		},
	}
}

// retentionRule returns a rule by its code.
func retentionRule(code string) RetentionRule {
	rules := RetentionRules()
	return rules[slices.IndexFunc(rules, func(r RetentionRule) bool { return r.Code == code })]
}

// SweepRetention does what the automatic rules say and is not done elsewhere:
// what has to do with imports SweepImports deletes, and what the law makes public
// follows the state of the case. It returns how many documents were deleted, by
// the code of the rule. Errors of single documents do not stop it.
func (a *App) SweepRetention(ctx context.Context) (map[string]int, error) {
	if err := a.checkLoaded(ctx); err != nil {
		return nil, err
	}
	done := map[string]int{}
	var errs []error
	before := store.Instant(a.clock().Add(-accessKept))
	for _, kind := range []struct {
		code string
		coll *store.Collection
	}{{RetainSessions, sessionCollection}, {RetainLinks, linkCollection}, {RetainChallenges, challengeCollection}} {
		n, err := a.deleteEnded(ctx, kind.coll, before)
		errs = append(errs, err)
		if n > 0 {
			done[kind.code] = n
		}
	}
	n, err := a.deleteCredentials(ctx, a.clock().Add(-credentialsKept))
	if n > 0 {
		done[RetainCredentials] = n
	}
	return done, errors.Join(append(errs, err)...)
}

// deleteEnded deletes documents that ended before an instant.
func (a *App) deleteEnded(ctx context.Context, c *store.Collection, before time.Time) (int, error) {
	deleted := 0
	q := store.Query{Scope: thads.Everything(), Where: []store.Cond{store.Between("expiresAt", nil, before)}, Sort: "expiresAt", Limit: store.MaxPage}
	for {
		page, err := a.store.Find(ctx, c, q)
		if err != nil {
			return deleted, unavailable(err)
		}
		doomed := make([]store.VersionOf, len(page.Heads))
		for i, h := range page.Heads {
			doomed[i] = store.VersionOf{ID: h.ID, Version: h.Version}
		}
		if len(doomed) > 0 {
			// Those lost were used up or deleted by somebody else.
			lost, err := a.store.BulkDelete(ctx, c, doomed)
			if err != nil {
				return deleted, unavailable(err)
			}
			deleted += len(doomed) - len(lost)
		}
		if !page.HasNext {
			return deleted, nil
		}
		q.After = page.Heads[len(page.Heads)-1].Cursor
	}
}

// deleteCredentials deletes the credentials of accounts that were disabled before
// an instant.
func (a *App) deleteCredentials(ctx context.Context, before time.Time) (int, error) {
	deleted := 0
	var errs []error
	for v, err := range a.store.Versions(ctx, credentialCollection) {
		if err != nil {
			return deleted, unavailable(err)
		}
		u, err := a.userByID(ctx, thads.PrincipalID(v.ID))
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if u == nil || u.DisabledAt.IsZero() || u.DisabledAt.After(before) {
			continue
		}
		switch err := a.store.Delete(ctx, credentialCollection, v.ID, v.Version); {
		case err == nil:
			deleted++
		case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrNotFound):
			// Somebody has just changed it: another sweep looks again.
		default:
			errs = append(errs, unavailable(err))
		}
	}
	return deleted, errors.Join(errs...)
}

// EraseParty erases the sealed numbers of a party, those of before included, and
// records that first. The history stays as it is: its commitments tell nobody a
// number, and whoever knows one and has the right may still find the case.
//
// It is allowed for cases that have ended: when the term of the rule
// SEALED_NUMBERS is over or the case was voided, and before that to those who may
// act on a request of the person concerned (auth.ForDataSubject). Otherwise it is
// refused with CodeNotAllowed and the ground; CodeNotFound if there is no such case
// or party that the right reaches.
func (a *App) EraseParty(ctx context.Context, id thads.CaseID, party, reason string) (*Disclosure, error) {
	p, err := a.permit(ctx, auth.Unmask)
	if err != nil {
		return nil, err
	}
	scope, err := a.scope(ctx, p, auth.Unmask)
	if err != nil {
		return nil, err
	}
	h, err := cases.get(ctx, a, scope, string(id))
	if err != nil {
		return nil, err
	}
	if h == nil {
		return nil, notFound("case")
	}
	c := h.state
	if !hasParty(c, party) {
		return nil, notFound("party")
	}
	if reason, err = disclosureReason(reason); err != nil {
		return nil, err
	}
	purpose, err := a.mayErase(ctx, p, c)
	if err != nil {
		return nil, err
	}
	places, err := a.numbersOfParty(ctx, c, party)
	if err != nil {
		return nil, err
	}
	if len(places) == 0 {
		return nil, thads.Errorf(thads.CodeNotAllowed, "party", "Không lưu số định danh, số tài khoản nào của đương sự này", "No identity or account number is kept of this party")
	}
	d, err := a.disclose(ctx, Disclosure{
		Kind: DisclosedErasure, Case: c.ID, Units: c.Units, Party: party, Data: dataAt(c.ID, party, places), Purpose: purpose, Reason: reason,
	})
	if err != nil {
		return nil, err
	}
	return d, a.erase(ctx, places)
}

// hasParty tells whether a case has, or had, a party.
func hasParty(c *thads.Case, party string) bool {
	for i := range c.Events {
		parties, _ := partiesOf(&c.Events[i])
		if slices.ContainsFunc(parties, func(p thads.Party) bool { return p.ID == party }) {
			return true
		}
	}
	return false
}

// mayErase returns the purpose for which numbers of a case may be erased now; ""
// where their term is over.
func (a *App) mayErase(ctx context.Context, p auth.Principal, c *thads.Case) (auth.Purpose, error) {
	if c.State.IsUnfinished() {
		return "", thads.Errorf(thads.CodeNotAllowed, "case",
			"Việc chưa kết thúc nên số định danh, số tài khoản còn cần cho thi hành án (Luật Thi hành án dân sự 106/2025/QH15 Điều 6, Điều 7: đương sự cung cấp số định danh)",
			"The case has not ended, and its enforcement needs the numbers (Law 106/2025/QH15 arts 6 and 7: parties give their identity numbers)")
	}
	ended := cmp.Or(c.FinishedOn, c.Since)
	if c.State == thads.StateVoided || ended.AddYears(numbersKept) <= a.Today() {
		return "", nil
	}
	v, err := a.veil(ctx, p)
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(v.unmasks, func(g sightGrant) bool {
		return slices.Contains(g.purposes, auth.ForDataSubject) && g.scope.Reaches(c.Units, c.Officers)
	}) {
		return auth.ForDataSubject, nil
	}
	rule := retentionRule(RetainNumbers)
	return "", thads.Errorf(thads.CodeNotAllowed, "case",
		"Chưa hết thời hạn lưu %[1]s kể từ ngày việc kết thúc (%[3]s); trước đó chỉ người được giải quyết yêu cầu của chủ thể dữ liệu mới xóa được",
		"The term of %[2]s from the end of the case is not over (%[4]s); before that only those erase who may act on a request of the person concerned",
		rule.Term.VI, rule.Term.EN, rule.Ground.VI, rule.Ground.EN)
}

// numbersOfParty are the documents of the sealed numbers of a party, those
// included that no event refers to.
func (a *App) numbersOfParty(ctx context.Context, c *thads.Case, party string) ([]store.VersionOf, error) {
	others := map[string]bool{}
	for i := range c.Events {
		parties, _ := partiesOf(&c.Events[i])
		for j := range parties {
			if p := &parties[j]; p.ID != party {
				others[secretID(c.ID, p)], others[accountID(c.ID, p)] = true, true
			}
		}
	}
	prefix := secretPrefix(c.ID, party)
	var out []store.VersionOf
	for d, err := range a.store.Scan(ctx, secretCollection, store.ScanOptions{After: prefix, WithoutBody: true, WithoutPostings: true}) {
		if err != nil {
			return nil, unavailable(err)
		}
		if !strings.HasPrefix(d.ID, prefix) {
			break
		}
		if !others[d.ID] {
			out = append(out, store.VersionOf{ID: d.ID, Version: d.Version})
		}
	}
	return out, nil
}

// dataAt are the kinds of numbers at places.
func dataAt(id thads.CaseID, party string, places []store.VersionOf) []auth.PersonalData {
	var out []auth.PersonalData
	for _, v := range places {
		kind := auth.IdentityNumber
		if strings.HasPrefix(v.ID, secretPrefix(id, party)+accountPlace+".") {
			kind = auth.AccountNumber
		}
		if !slices.Contains(out, kind) {
			out = append(out, kind)
		}
	}
	slices.SortFunc(out, func(a, b auth.PersonalData) int { return -cmp.Compare(a, b) }) // as the table has them
	return out
}

// erase deletes sealed numbers, also those that are sealed anew at the same time.
func (a *App) erase(ctx context.Context, places []store.VersionOf) error {
	for range maxReseals {
		lost, err := a.store.BulkDelete(ctx, secretCollection, places)
		if err != nil {
			return unavailable(err)
		}
		var left []string
		for _, i := range lost {
			left = append(left, places[i].ID)
		}
		if len(left) == 0 {
			return nil
		}
		docs, err := a.store.Get(ctx, secretCollection, thads.Everything(), left...)
		if err != nil || len(docs) == 0 {
			return unavailable(err)
		}
		places = places[:0]
		for _, d := range docs {
			places = append(places, store.VersionOf{ID: d.ID, Version: d.Version})
		}
	}
	return thads.Errorf(thads.CodeConflict, "", "Số đang được mã hóa lại; hãy thử lại", "The numbers are being sealed anew; try again")
}
