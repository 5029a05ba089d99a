package graph

import (
	"runtime"
	"strings"
	"testing"

	"github.com/thads/thads/internal/request"
)

// What is remembered of a request, and an answer that is kept, hold nothing of the
// document: it may be as long as requests may be, and most of it a comment.
func TestDocumentsAreNotKept(t *testing.T) {
	const length, count = 1 << 20, 16
	held := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc) //nolint:gosec // far below
	}
	p := planner{Schema()}
	plans, answers := make([]*plan, count), make([]*keptAnswer, count)
	before := held()
	for i := range count {
		comment := strings.Repeat("x", length)
		plans[i] = p.plan([]byte(`{"query":"query Q{__typename}#` + comment + `"}`))
		if !plans[i].keeps {
			t.Fatal("not to be kept")
		}
		document := "query Q{__typename}#" + comment
		answers[i] = newAnswer(nil, "", request.Operation{Name: document[len("query "):len("query Q")]})
	}
	if grown := held() - before; grown > length*count/4 {
		t.Errorf("%d requests of %d bytes leave %d", count, length, grown)
	}
	runtime.KeepAlive(plans)
	runtime.KeepAlive(answers)
}
