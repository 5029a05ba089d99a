package mongo

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

const (
	opMsg   = 2013
	opQuery = 2004
	opReply = 1
)

// replicaTime is the T of the operation times that a replica gives.
const replicaTime = 100

// A replica makes the test server behind it look like a replica set to the
// driver: it answers hello as a primary, remembers retryable writes, and keeps
// the writes that pass as the events of change streams. So the driver's and the
// adapter's code for these runs over the wire; that a real server means the
// same by them is not proved by it. In particular the stages behind
// $changeStream are not interpreted.
type replica struct {
	addr string

	mu      sync.Mutex
	events  []streamEvent // event i has the operation time i+1
	more    chan struct{} // closed and replaced by every event
	cursors map[int64]*streamCursor
	lost    map[string]bool   // databases whose history is lost
	replies map[string][]byte // of retryable writes
	next    int64
}

type streamEvent struct {
	db, coll, operation, id string
	version                 int64
}

type streamCursor struct {
	db string
	at int // how many events it has passed
}

func newReplica() *replica {
	return &replica{more: make(chan struct{}), cursors: map[int64]*streamCursor{}, lost: map[string]bool{}, replies: map[string][]byte{}, next: 1 << 40}
}

// A command is a message taken apart.
type command struct {
	id   uint32
	body bson.D
	name string
	db   string
	// seq are the documents that travel beside the body, by the key where they
	// belong.
	seq map[string][]bson.Raw
}

func parseCommand(msg []byte) (*command, error) {
	c := &command{id: binary.LittleEndian.Uint32(msg[4:]), seq: map[string][]bson.Raw{}}
	for rest := msg[20:]; len(rest) > 4; {
		kind := rest[0]
		n := int(binary.LittleEndian.Uint32(rest[1:]))
		switch kind {
		case 0:
			if err := bson.Unmarshal(rest[1:1+n], &c.body); err != nil {
				return nil, err
			}
		case 1:
			section := rest[5 : 1+n]
			key, docs, _ := strings.Cut(string(section), "\x00")
			for len(docs) > 0 {
				size := int(binary.LittleEndian.Uint32([]byte(docs)))
				c.seq[key] = append(c.seq[key], bson.Raw(docs[:size]))
				docs = docs[size:]
			}
		default:
			return nil, fmt.Errorf("a section of kind %d", kind)
		}
		rest = rest[1+n:]
	}
	if len(c.body) == 0 {
		return nil, fmt.Errorf("a message without a body")
	}
	c.name = c.body[0].Key
	c.db, _ = c.get("$db").(string)
	return c, nil
}

func (c *command) get(key string) any { return lookup(c.body, key) }

func lookup(d bson.D, key string) any {
	for _, e := range d {
		if e.Key == key {
			return e.Value
		}
	}
	return nil
}

// message encodes a body, and documents beside it, as a message.
func message(id, to uint32, body bson.D, seq map[string][]bson.Raw) ([]byte, error) {
	raw, err := bson.Marshal(body)
	if err != nil {
		return nil, err
	}
	msg := make([]byte, 21, 21+len(raw))
	binary.LittleEndian.PutUint32(msg[4:], id)
	binary.LittleEndian.PutUint32(msg[8:], to)
	binary.LittleEndian.PutUint32(msg[12:], opMsg)
	msg = append(msg, raw...)
	for key, docs := range seq {
		section := append([]byte(key), 0)
		for _, d := range docs {
			section = append(section, d...)
		}
		msg = append(msg, 1)
		msg = binary.LittleEndian.AppendUint32(msg, uint32(len(section)+4))
		msg = append(msg, section...)
	}
	binary.LittleEndian.PutUint32(msg, uint32(len(msg)))
	return msg, nil
}

// handle answers a message, itself or by passing it on.
func (r *replica) handle(msg []byte, turn *sync.Mutex, pass func([]byte) ([]byte, error)) ([]byte, error) {
	locked := func(msg []byte) ([]byte, error) {
		turn.Lock()
		defer turn.Unlock()
		return pass(msg)
	}
	if binary.LittleEndian.Uint32(msg[12:]) == opQuery { // the first hello of a connection
		reply, err := locked(msg)
		if err != nil {
			return nil, err
		}
		return r.helloReply(reply)
	}
	c, err := parseCommand(msg)
	if err != nil {
		return nil, err
	}
	switch c.name {
	case "aggregate":
		if pipeline, ok := c.get("pipeline").(bson.A); ok && len(pipeline) > 0 {
			if stage, ok := pipeline[0].(bson.D); ok && stage[0].Key == "$changeStream" {
				return message(c.id+1, c.id, r.open(c.db, stage[0].Value.(bson.D)), nil)
			}
		}
	case "getMore":
		if cur := r.cursor(c.get("getMore")); cur != nil {
			return message(c.id+1, c.id, r.getMore(c, cur), nil)
		}
	case "killCursors":
		if ids, ok := c.get("cursors").(bson.A); ok && r.cursor(ids[0]) != nil {
			return message(c.id+1, c.id, bson.D{{Key: "cursorsKilled", Value: ids}, {Key: "ok", Value: 1.0}}, nil)
		}
	case "endSessions":
		return message(c.id+1, c.id, bson.D{{Key: "ok", Value: 1.0}}, nil)
	}
	// One write after another, and its events in the same order.
	turn.Lock()
	defer turn.Unlock()
	retry := ""
	if txn := c.get("txnNumber"); txn != nil {
		retry = fmt.Sprint(c.get("lsid"), txn)
		if reply, ok := r.replies[retry]; ok {
			reply = append([]byte(nil), reply...)
			binary.LittleEndian.PutUint32(reply[8:], c.id)
			return reply, nil
		}
	}
	var body bson.D
	for _, e := range c.body {
		switch e.Key {
		case "lsid", "txnNumber", "$clusterTime":
		default:
			body = append(body, e)
		}
	}
	passed, err := message(c.id, 0, body, c.seq)
	if err != nil {
		return nil, err
	}
	reply, err := pass(passed)
	if err != nil {
		return nil, err
	}
	answer, err := parseCommand(reply)
	if err != nil {
		return nil, err
	}
	switch c.name {
	case "hello", "isMaster", "ismaster":
		answer.body = r.asPrimary(answer.body)
	case "buildInfo":
		answer.body = without(answer.body, "ferretdb", "ferretdbVersion")
	case "insert", "update", "delete":
		r.record(c, answer.body)
	case "drop":
		coll, _ := c.body[0].Value.(string)
		r.mu.Lock()
		r.events = append(r.events, streamEvent{db: c.db, coll: coll, operation: "drop"})
		r.wake()
		r.mu.Unlock()
	}
	r.mu.Lock()
	now := len(r.events)
	r.mu.Unlock()
	answer.body = append(without(answer.body, "operationTime"), bson.E{Key: "operationTime", Value: bson.Timestamp{T: replicaTime, I: uint32(now)}})
	out, err := message(answer.id, c.id, answer.body, answer.seq)
	if err == nil && retry != "" {
		r.replies[retry] = out
	}
	return out, err
}

func without(d bson.D, keys ...string) bson.D {
	var out bson.D
next:
	for _, e := range d {
		for _, k := range keys {
			if e.Key == k {
				continue next
			}
		}
		out = append(out, e)
	}
	return out
}

// asPrimary makes an answer to hello that of a primary.
func (r *replica) asPrimary(d bson.D) bson.D {
	return append(without(d, "setName", "hosts", "me", "primary", "logicalSessionTimeoutMinutes"),
		bson.E{Key: "setName", Value: "rs0"}, bson.E{Key: "hosts", Value: bson.A{r.addr}},
		bson.E{Key: "me", Value: r.addr}, bson.E{Key: "primary", Value: r.addr},
		bson.E{Key: "logicalSessionTimeoutMinutes", Value: int32(30)})
}

// helloReply does so for the old form of the message.
func (r *replica) helloReply(reply []byte) ([]byte, error) {
	if len(reply) < 36 || binary.LittleEndian.Uint32(reply[12:]) != opReply {
		return nil, fmt.Errorf("no reply to hello")
	}
	var d bson.D
	if err := bson.Unmarshal(reply[36:], &d); err != nil {
		return nil, err
	}
	raw, err := bson.Marshal(r.asPrimary(d))
	if err != nil {
		return nil, err
	}
	out := append(append([]byte(nil), reply[:36]...), raw...)
	binary.LittleEndian.PutUint32(out, uint32(len(out)))
	return out, nil
}

// record keeps what a write has done.
func (r *replica) record(c *command, answer bson.D) {
	failed := map[int]bool{}
	if errs, ok := lookup(answer, "writeErrors").(bson.A); ok {
		for _, e := range errs {
			failed[int(number(lookup(e.(bson.D), "index")))] = true
		}
	}
	coll, _ := c.body[0].Value.(string)
	parts := map[string]string{"insert": "documents", "update": "updates", "delete": "deletes"}
	docs := c.seq[parts[c.name]]
	if list, ok := c.get(parts[c.name]).(bson.A); ok {
		for _, d := range list {
			if raw, err := bson.Marshal(d); err == nil {
				docs = append(docs, raw)
			}
		}
	}
	for i, raw := range docs {
		e := streamEvent{db: c.db, coll: coll, operation: c.name}
		switch c.name {
		case "insert":
			e.id, _ = raw.Lookup("_id").StringValueOK()
			e.version, _ = raw.Lookup("v").AsInt64OK()
		case "update":
			e.operation = "replace"
			e.id, _ = raw.Lookup("q", "_id").StringValueOK()
			v, ok := raw.Lookup("u", "v").AsInt64OK()
			if !ok || number(lookup(answer, "n")) == 0 {
				continue
			}
			e.version = v
		case "delete":
			e.id, _ = raw.Lookup("q", "_id").StringValueOK()
			if number(lookup(answer, "n")) == 0 {
				continue
			}
		}
		if failed[i] || e.id == "" {
			continue
		}
		r.mu.Lock()
		r.events = append(r.events, e)
		r.wake()
		r.mu.Unlock()
	}
}

func number(v any) int64 {
	switch v := v.(type) {
	case int32:
		return int64(v)
	case int64:
		return v
	case float64:
		return int64(v)
	}
	return 0
}

// open begins a change stream.
func (r *replica) open(db string, o bson.D) bson.D {
	r.mu.Lock()
	defer r.mu.Unlock()
	cur := &streamCursor{db: db, at: len(r.events)}
	if r.lost[db] {
		return historyLost()
	}
	if t, ok := lookup(o, "startAtOperationTime").(bson.Timestamp); ok {
		if t.T < replicaTime {
			return historyLost()
		}
		cur.at = max(0, int(t.I)-1) // that operation included
	}
	for _, key := range []string{"resumeAfter", "startAfter"} {
		if token, ok := lookup(o, key).(bson.D); ok {
			at, err := strconv.Atoi(fmt.Sprint(lookup(token, "_data")))
			if err != nil {
				return bson.D{{Key: "ok", Value: 0.0}, {Key: "code", Value: int32(codeInvalidResumeToken)}, {Key: "errmsg", Value: "no token"}}
			}
			cur.at = at
		}
	}
	r.next++
	r.cursors[r.next] = cur
	return bson.D{{Key: "cursor", Value: bson.D{
		{Key: "id", Value: r.next}, {Key: "ns", Value: db + ".$cmd.aggregate"}, {Key: "firstBatch", Value: bson.A{}}, {Key: "postBatchResumeToken", Value: token(cur.at)},
	}}, {Key: "ok", Value: 1.0}}
}

func historyLost() bson.D {
	return bson.D{{Key: "ok", Value: 0.0}, {Key: "code", Value: int32(codeHistoryLost)}, {Key: "codeName", Value: "ChangeStreamHistoryLost"}, {Key: "errmsg", Value: "the history is lost"}}
}

// lose forgets the history of a database.
func (r *replica) lose(db string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lost[db] = true
	r.wake()
}

// wake wakes the streams that wait; r.mu is held.
func (r *replica) wake() {
	close(r.more)
	r.more = make(chan struct{})
}

func token(at int) bson.D { return bson.D{{Key: "_data", Value: strconv.Itoa(at)}} }

func (r *replica) cursor(id any) *streamCursor {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.cursors[number(id)]
}

// getMore answers with the events that follow, when there are any or the time
// to wait is over.
func (r *replica) getMore(c *command, cur *streamCursor) bson.D {
	timeout := time.After(time.Duration(number(c.get("maxTimeMS"))) * time.Millisecond)
	for {
		batch := bson.A{}
		r.mu.Lock()
		more := r.more
		if r.lost[cur.db] {
			r.mu.Unlock()
			return historyLost()
		}
		for ; cur.at < len(r.events); cur.at++ {
			e := r.events[cur.at]
			if e.db != cur.db || strings.HasPrefix(e.coll, "thads_") {
				continue
			}
			doc := bson.D{
				{Key: "_id", Value: token(cur.at + 1)},
				{Key: "operationType", Value: e.operation},
				{Key: "ns", Value: bson.D{{Key: "db", Value: e.db}, {Key: "coll", Value: e.coll}}},
				{Key: "documentKey", Value: bson.D{{Key: "_id", Value: e.id}}},
			}
			if e.operation == "insert" || e.operation == "replace" {
				doc = append(doc, bson.E{Key: "fullDocument", Value: bson.D{{Key: "_id", Value: e.id}, {Key: "v", Value: e.version}}})
			}
			batch = append(batch, doc)
		}
		at := cur.at
		r.mu.Unlock()
		over := false
		if len(batch) == 0 {
			select {
			case <-more:
				continue
			case <-timeout:
				over = true
			}
		}
		if len(batch) > 0 || over {
			return bson.D{{Key: "cursor", Value: bson.D{
				{Key: "id", Value: number(c.get("getMore"))}, {Key: "ns", Value: cur.db + ".$cmd.aggregate"}, {Key: "nextBatch", Value: batch}, {Key: "postBatchResumeToken", Value: token(at)},
			}}, {Key: "ok", Value: 1.0}}
		}
	}
}
