package sheet

import "testing"

func TestDangerousFormulas(t *testing.T) {
	for formula, want := range map[string]danger{
		"":                               dangerNone,
		"SUM(A1:B2)*2":                   dangerNone,
		`IF(A1="WEBSERVICE(x)","a|b",1)`: dangerNone,
		`IF(A1="say ""CALL(1)""",1,2)`:   dangerNone,
		"Table1[Số tiền]+Table1[[#This Row],[1]]+Table1[1]":  dangerNone,
		"SUM(Table1[[#All],[Cột '[1'] lạ]])":                 dangerNone,
		"'Sổ | 2019'!A1+'Của ông ''A'''!B2":                  dangerNone,
		"[0]!Name+'[0]Sheet'!A1":                             dangerNone,
		`HYPERLINK("#Sheet2!A1","Xem")`:                      dangerNone,
		"_xlfn.XLOOKUP(1,A:A,B:B)+_xlfn._xlws.FILTER(A:A,1)": dangerNone,
		"MYCALL(1)+RECALL(2)+CALLS":                          dangerNone,
		"{1,2;3,4}":                                          dangerNone,

		`WEBSERVICE("http://x.example")`:          dangerFetches,
		`_xlfn.WebService (A1)`:                   dangerFetches,
		`1+_xlfn._xlws.IMAGE("http://x.example")`: dangerFetches,
		`IF(1,RTD("a",,"b"))`:                     dangerFetches,
		`CUBEVALUE("a","b")`:                      dangerFetches,
		`IMPORTXML("http://x.example","//a")`:     dangerFetches,
		`CALL("a","b","c")`:                       dangerRuns,
		`REGISTER.ID("a","b")`:                    dangerRuns,
		`EXEC("calc.exe")`:                        dangerRuns,
		`_xll.Anything(1)`:                        dangerRuns,
		`cmd|'/C calc'!A0`:                        dangerRuns,
		`MSEXCEL|'\..\..\a.exe'!''`:               dangerRuns,
		`DDE("soffice";"a.ods";"b")`:              dangerRuns,
		`HYPERLINK("http://x.example")`:           dangerLinks,
		`HYPERLINK("#A1"&B1)`:                     dangerLinks,
		`HYPERLINK(A1)`:                           dangerLinks,
		`HYPERLINK("\\x.example\a")`:              dangerLinks,
		"[1]Sheet1!A1":                            dangerLinks,
		"SUM('[2]Sổ 1'!A1:A9)":                    dangerLinks,
		"'C:\\a\\[Book1.xlsx]Sheet1'!A1":          dangerLinks,
		"[Book1.xlsx]Sheet1!A1":                   dangerLinks,
		"[1]!Name":                                dangerLinks,
		"'file:///C:/a.xlsx'#Sheet1.A1":           dangerLinks,
	} {
		if got, what := dangerOf([]byte(formula)); got != want {
			t.Errorf("%s: danger %d (%s), want %d", formula, got, what, want)
		}
	}
}

func FuzzFormulas(f *testing.F) {
	f.Add(`'a''b'!A1+Table1[[#All],['[x]]]&"c""d"`)
	f.Add(`cmd|'/C calc'!A0`)
	f.Add(`[`)
	f.Add(`Table1['`)
	f.Fuzz(func(t *testing.T, formula string) {
		d, what := dangerOf([]byte(formula))
		if (d == dangerNone) != (what == "") {
			t.Errorf("danger %d is %q", d, what)
		}
		// No formula hides what stands before it.
		if d, _ := dangerOf([]byte("CALL(1)+" + formula)); d != dangerRuns {
			t.Errorf("danger %d", d)
		}
	})
}
