package thads

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"
)

func TestParseDocumentNumber(t *testing.T) {
	type want struct {
		DocumentNumber
		Key      string
		Suffixes []string
	}
	understood := func(seq int, year int, symbol, key string, suffixes ...string) want {
		return want{DocumentNumber{Parsed: true, Seq: seq, Year: year, Symbol: symbol}, key, suffixes}
	}
	party := func(seq int, symbol, key string, suffixes ...string) want {
		return want{DocumentNumber{Parsed: true, Seq: seq, Symbol: symbol, Party: true}, key, suffixes}
	}
	inserted := understood(12, 0, "QĐ-THADS", "12A/QĐ-THADS", "QĐ", "THADS")
	inserted.SeqSuffix = "A"
	unknown := func(key string) want { return want{Key: key} }

	tests := []struct {
		raw  string
		want want
	}{
		// Courts.
		{"07/2025/DS-ST", understood(7, 2025, "DS-ST", "7/2025/DS-ST", "DS", "ST")},
		{"97/2024/DS-PT", understood(97, 2024, "DS-PT", "97/2024/DS-PT", "DS", "PT")},
		{"72/2025/QĐST-HNGĐ", understood(72, 2025, "QĐST-HNGĐ", "72/2025/QĐST-HNGĐ", "QĐST", "HNGĐ")},
		{"06/2023/QĐCNHG-DS", understood(6, 2023, "QĐCNHG-DS", "6/2023/QĐCNHG-DS", "QĐCNHG", "DS")},
		{"15/2024/KDTM-ST", understood(15, 2024, "KDTM-ST", "15/2024/KDTM-ST", "KDTM", "ST")},
		{"3/2019/LĐ-ST", understood(3, 2019, "LĐ-ST", "3/2019/LĐ-ST", "LĐ", "ST")},
		// Enforcement.
		{"46/QĐ-THADS", understood(46, 0, "QĐ-THADS", "46/QĐ-THADS", "QĐ", "THADS")},
		{"12/QĐ-CCTHADS", understood(12, 0, "QĐ-CCTHADS", "12/QĐ-CCTHADS", "QĐ", "CCTHADS")},
		{"00012/QĐ-CTHADS", understood(12, 0, "QĐ-CTHADS", "12/QĐ-CTHADS", "QĐ", "CTHADS")},
		{"12a/QĐ-THADS", inserted},
		// Party, government, legislation.
		{"16-CT/TU", party(16, "CT/TU", "16-CT/TU", "CT", "TU")},
		{"05-NQ/TW", party(5, "NQ/TW", "5-NQ/TW", "NQ", "TW")},
		{"204/KH-UBND", understood(204, 0, "KH-UBND", "204/KH-UBND", "KH", "UBND")},
		{"111/2015/QH13", understood(111, 2015, "QH13", "111/2015/QH13", "QH13")},
		{"12/2021/TTLT-BTP-VKSNDTC-TANDTC", understood(12, 2021, "TTLT-BTP-VKSNDTC-TANDTC", "12/2021/TTLT-BTP-VKSNDTC-TANDTC", "TTLT", "BTP", "VKSNDTC", "TANDTC")},
		{"62/2015/NĐ-CP", understood(62, 2015, "NĐ-CP", "62/2015/NĐ-CP", "NĐ", "CP")},
		{"31/TTr-CTHADS", understood(31, 0, "TTR-CTHADS", "31/TTR-CTHADS", "TTR", "CTHADS")},
		// Ways of writing.
		{" 07 / 2025 / DS – ST ", understood(7, 2025, "DS-ST", "7/2025/DS-ST", "DS", "ST")},
		{"07/2025/ds‑st", understood(7, 2025, "DS-ST", "7/2025/DS-ST", "DS", "ST")},
		{"07∕2025⁄DS−ST", understood(7, 2025, "DS-ST", "7/2025/DS-ST", "DS", "ST")},
		{"Số: 46/QĐ-THADS", understood(46, 0, "QĐ-THADS", "46/QĐ-THADS", "QĐ", "THADS")},
		{"số 16-CT/TU", party(16, "CT/TU", "16-CT/TU", "CT", "TU")},
		{"46/QÐ-THADS", understood(46, 0, "QĐ-THADS", "46/QĐ-THADS", "QĐ", "THADS")},
		{norm.NFD.String("46/QĐ-THADS-Nghệ"), understood(46, 0, "QĐ-THADS-NGHỆ", "46/QĐ-THADS-NGHỆ", "QĐ", "THADS", "NGHỆ")},
		{"46/qđ-thads", understood(46, 0, "QĐ-THADS", "46/QĐ-THADS", "QĐ", "THADS")},
		{"46/QD-THADS", understood(46, 0, "QD-THADS", "46/QD-THADS", "QD", "THADS")},
		{"46/QĐ-THADS.KV2", understood(46, 0, "QĐ-THADS.KV2", "46/QĐ-THADS.KV2", "QĐ", "THADS", "KV2")},
		// Not understood, never refused.
		{"", unknown("")},
		{"  ", unknown("")},
		{"không số", unknown("KHÔNGSỐ")},
		{"số cũ", unknown("SỐCŨ")},
		{"QĐ-THADS", unknown("QĐ-THADS")},
		{"46", unknown("46")},
		{"46/", unknown("46/")},
		{"46//QĐ", unknown("46//QĐ")},
		{"46/QĐ-", unknown("46/QĐ-")},
		{"46/2025", unknown("46/2025")},
		{"46/2025/", unknown("46/2025/")},
		{"05/25/DS-ST", unknown("05/25/DS-ST")},
		{"05/0025/DS-ST", unknown("05/0025/DS-ST")},
		{"1234567/QĐ-THADS", unknown("1234567/QĐ-THADS")},
		{"46-QĐ-THADS", unknown("46-QĐ-THADS")},
		{"46-QĐ", unknown("46-QĐ")},
		{"46-CT/TU/X", unknown("46-CT/TU/X")},
		{"46abcd/QĐ", unknown("46ABCD/QĐ")},
		{"46/QĐ THADS?", unknown("46/QĐTHADS?")},
	}
	for _, tt := range tests {
		t.Run(tt.raw, func(t *testing.T) {
			n := ParseDocumentNumber(tt.raw)
			if n.Raw != NormalizeName(tt.raw) {
				t.Errorf("Raw = %q", n.Raw)
			}
			got := want{n, n.Key(), n.Suffixes()}
			got.Raw = ""
			if len(got.Suffixes) == 0 {
				got.Suffixes = nil
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestDocumentNumberSearchTokens(t *testing.T) {
	tests := []struct {
		raw  string
		want []string
	}{
		{"07/2025/DS-ST", []string{"07", "2025", "7", "ds", "st"}},
		{"72/2025/QĐST-HNGĐ", []string{"2025", "72", "hngd", "qdst"}},
		{"012a/QĐ-THADS", []string{"012a", "12a", "qd", "thads"}},
		{"không số", []string{"khong", "so"}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, ParseDocumentNumber(tt.raw).SearchTokens()); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.raw, diff)
		}
	}
}

func TestDocumentNumberJSON(t *testing.T) {
	type doc struct {
		Number DocumentNumber `json:"number"`
		Other  DocumentNumber `json:"other,omitzero"`
	}
	for _, tt := range []struct{ raw, json string }{
		{"07/2025/DS-ST", `{"number":"07/2025/DS-ST"}`},
		{"không \"số\"", `{"number":"không \"số\""}`},
		{"", `{"number":""}`},
	} {
		want := doc{Number: ParseDocumentNumber(tt.raw)}
		b, err := json.Marshal(want)
		if err != nil || string(b) != tt.json {
			t.Fatalf("Marshal = %s, %v; want %s", b, err, tt.json)
		}
		var got doc
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("round trip (-want +got):\n%s", diff)
		}
	}
	byNumber := map[DocumentNumber]int{ParseDocumentNumber("16-CT/TU"): 1}
	var back map[DocumentNumber]int
	if b, err := json.Marshal(byNumber); err != nil {
		t.Error(err)
	} else if err := json.Unmarshal(b, &back); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(byNumber, back); diff != "" {
		t.Errorf("keys of a map (-want +got):\n%s", diff)
	}
	n := ParseDocumentNumber("1/QĐ")
	if n.String() != "1/QĐ" {
		t.Errorf("String = %q", n.String())
	}
	if err := json.Unmarshal([]byte("46"), &n); !isCode(err, CodeInvalid) {
		t.Errorf("a JSON number is accepted: %v", err)
	}
	if err := json.Unmarshal([]byte("null"), &n); err != nil || !n.IsZero() || n != (DocumentNumber{}) {
		t.Errorf("null gives %+v, %v", n, err)
	}
}

func FuzzDocumentNumber(f *testing.F) {
	for _, s := range []string{
		"07/2025/DS-ST", "72/2025/QĐST-HNGĐ", "46/QĐ-THADS", "16-CT/TU", "204/KH-UBND", "111/2015/QH13", "12a/QĐ-THADS",
		"Số: 46/QÐ–THADS", "không số", "số số 1/A", "1/ß", "\xff1/A", "1\u0301/A", "1/ŉ", "1ﬁ/A", "1/A\u200b-B", "ı/1", "1/\u1e9e",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n := ParseDocumentNumber(s)
		key := n.Key()
		if (key == "") != (n.Raw == "") {
			t.Errorf("%+q has the key %q", s, key)
		}
		if n.Parsed != (n.Symbol != "") || !n.Parsed && n != (DocumentNumber{Raw: n.Raw}) {
			t.Errorf("%+q is half understood: %+v", s, n)
		}
		again := ParseDocumentNumber(key)
		if again.Key() != key || again.Parsed != n.Parsed {
			t.Errorf("%+q has the key %q, and that the key %q", s, key, again.Key())
		}
		if m := ParseDocumentNumber(n.Raw); m != n {
			t.Errorf("%+q is read as %+v and from storage as %+v", s, n, m)
		}
		if strings.ContainsAny(key, " –\\") {
			t.Errorf("%+q has the key %q", s, key)
		}
		if tokens := n.SearchTokens(); !slices.IsSorted(tokens) {
			t.Errorf("tokens of %+q are not sorted: %q", s, tokens)
		} else {
			for _, w := range Tokens(s) {
				if !slices.Contains(tokens, w) {
					t.Errorf("%q of %+q is no token", w, s)
				}
			}
		}
		b, err := json.Marshal(n)
		if err != nil {
			t.Fatal(err)
		}
		var back DocumentNumber
		if err := json.Unmarshal(b, &back); err != nil || back != n {
			t.Errorf("%+v is written %s and read %+v, %v", n, b, back, err)
		}
	})
}

func BenchmarkParseDocumentNumber(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		n := ParseDocumentNumber("72/2025/QĐST-HNGĐ")
		sinkString = n.Key()
	}
}
