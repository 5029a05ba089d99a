package mongo

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/thads/thads/internal/store"
)

const (
	// retryFirst and retryMost bound the pause before a watch that failed is
	// tried again.
	retryFirst = 100 * time.Millisecond
	retryMost  = 5 * time.Second
	// streamAwait is how long the server holds back an empty answer.
	streamAwait = time.Second
)

// The kinds of positions: the time of an operation, the token of a change
// stream, and the clock of a deployment that is polled. Each is preceded by
// the id of the database.
const (
	kindTime  = "t"
	kindToken = "r"
	kindPoll  = "p"
)

func (s *Store) makePosition(kind, place string) store.Position {
	return store.Position(s.dbID + "." + kind + "." + place)
}

// parsePosition returns the kind and place of a position of this database.
func (s *Store) parsePosition(p store.Position) (kind, place string, err error) {
	parts := strings.SplitN(string(p), ".", 3)
	if len(parts) != 3 || parts[0] != s.dbID {
		return "", "", fmt.Errorf("%w: position %q is of another database", store.ErrPositionLost, p)
	}
	return parts[1], parts[2], nil
}

// Position returns the present end of the stream of changes.
func (s *Store) Position(ctx context.Context) (store.Position, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	if !s.can.streams {
		// A write that was acknowledged by another process began before now by
		// the server's clock, up to the error that the overlap absorbs.
		return s.makePosition(kindPoll, strconv.FormatInt(s.clock.next(), 10)), nil
	}
	raw, err := s.db.RunCommand(ctx, bson.D{{Key: "ping", Value: 1}}).Raw()
	if err != nil {
		return "", s.wrap(ctx, err)
	}
	t, i, ok := raw.Lookup("operationTime").TimestampOK()
	if !ok {
		return "", fmt.Errorf("%w: the primary does not tell the time of its last operation", store.ErrUnavailable)
	}
	return s.makePosition(kindTime, strconv.FormatUint(uint64(t)<<32|uint64(i), 10)), nil
}

// Watch calls fn for the changes behind from.
func (s *Store) Watch(ctx context.Context, from store.Position, fn func(store.Change) error) error {
	leave, err := s.enter(context.WithoutCancel(ctx))
	if err != nil {
		return err
	}
	defer leave()
	kind, place, err := s.parsePosition(from)
	if err != nil {
		return err
	}
	// The end of the store ends the watch too.
	watching, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(s.ctx, func() { cancel(store.ErrClosed) })() //nolint:contextcheck // the store's end
	follow := s.poll
	if s.can.streams {
		follow = s.stream
	}
	err = follow(watching, kind, place, fn)
	switch {
	case ctx.Err() != nil && !isCallback(err):
		return nil
	case s.ctx.Err() != nil:
		return store.ErrClosed
	}
	var cb callbackError
	if errors.As(err, &cb) {
		return cb.err
	}
	return err
}

// A callbackError carries what the caller's function returned past all that
// retries.
type callbackError struct{ err error }

func (e callbackError) Error() string { return e.err.Error() }
func (e callbackError) Unwrap() error { return e.err }

func isCallback(err error) bool {
	var cb callbackError
	return errors.As(err, &cb)
}

// retry runs once again and again after failures that may pass, until ctx ends.
// once reports whether it came any further.
func (s *Store) retry(ctx context.Context, once func() (progress bool, err error)) error {
	pause := retryFirst
	for {
		progress, err := once()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil || isCallback(err) || errors.Is(err, store.ErrPositionLost) || errors.Is(err, errStored) {
			return err
		}
		if progress {
			pause = retryFirst
		}
		s.log.WarnContext(ctx, "mongo: watching is interrupted", "error", err, "retry", pause)
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
		pause = min(2*pause, retryMost)
	}
}

// An event of a change stream, as the pipeline of stream leaves it.
type event struct {
	Operation string `bson:"operationType"`
	Namespace struct {
		Collection string `bson:"coll"`
	} `bson:"ns"`
	Key struct {
		ID string `bson:"_id"`
	} `bson:"documentKey"`
	Document struct {
		Version int64 `bson:"v"`
	} `bson:"fullDocument"`
}

// stream follows the change stream of the database.
func (s *Store) stream(ctx context.Context, kind, place string, fn func(store.Change) error) error {
	o := options.ChangeStream().SetMaxAwaitTime(streamAwait)
	switch kind {
	case kindTime:
		at, err := strconv.ParseUint(place, 10, 64)
		if err != nil {
			return fmt.Errorf("%w: %q is no time", store.ErrPositionLost, place)
		}
		o.SetStartAtOperationTime(&bson.Timestamp{T: uint32(at >> 32), I: uint32(at)})
	case kindToken:
		token, err := base64.RawURLEncoding.DecodeString(place)
		if err != nil || bson.Raw(token).Validate() != nil {
			return fmt.Errorf("%w: %q is no token", store.ErrPositionLost, place)
		}
		o.SetResumeAfter(bson.Raw(token))
	default:
		return fmt.Errorf("%w: the position is of a deployment without change streams", store.ErrPositionLost)
	}
	names := bson.A{}
	for name := range s.colls {
		names = append(names, name)
	}
	pipeline := mongo.Pipeline{
		op("$match", bson.D{{Key: "$or", Value: bson.A{
			// Documents are replaced whole; updates are those of reconcile,
			// which change no version.
			bson.D{{Key: "ns.coll", Value: op("$in", names)}, {Key: "operationType", Value: op("$in", bson.A{"insert", "replace", "delete", "drop", "rename"})}},
			bson.D{{Key: "operationType", Value: op("$in", bson.A{"dropDatabase", "invalidate"})}},
		}}}),
		// The version is all that is wanted of a document of up to 4 MB.
		op("$project", bson.D{{Key: "operationType", Value: 1}, {Key: "ns", Value: 1}, {Key: "documentKey", Value: 1}, {Key: "fullDocument." + keyVersion, Value: 1}}),
	}
	return s.retry(ctx, func() (progress bool, err error) {
		cs, err := s.db.Watch(ctx, pipeline, o)
		if err != nil {
			return false, streamError(err)
		}
		defer func() {
			closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), streamAwait)
			defer cancel()
			if e := cs.Close(closing); e != nil {
				s.log.DebugContext(ctx, "mongo: closing a change stream", "error", e)
			}
		}()
		for cs.Next(ctx) {
			var e event
			if err := cs.Decode(&e); err != nil {
				return progress, fmt.Errorf("%w: change: %w", errStored, err)
			}
			c := store.Change{
				Collection: e.Namespace.Collection, ID: e.Key.ID, Version: e.Document.Version,
				Position: s.makePosition(kindToken, base64.RawURLEncoding.EncodeToString(cs.ResumeToken())),
			}
			switch e.Operation {
			case "insert", "replace":
			case "delete":
				c.Version, c.Deleted = 0, true
			default:
				return progress, fmt.Errorf("%w: the collections were changed as a whole (%s)", store.ErrPositionLost, e.Operation)
			}
			if err := fn(c); err != nil {
				return progress, callbackError{err}
			}
			progress = true
			// Should the driver's own resuming fail, the next stream begins here.
			o = options.ChangeStream().SetMaxAwaitTime(streamAwait).SetResumeAfter(cs.ResumeToken())
		}
		if err := cs.Err(); err != nil {
			return progress, streamError(err)
		}
		return progress, fmt.Errorf("%w: the change stream ended", store.ErrUnavailable)
	})
}

// streamError tells when a stream cannot be resumed.
func streamError(err error) error {
	if hasCode(err, codeHistoryLost, codeStreamFatal, codeInvalidResumeToken, codeCloseStream) {
		return fmt.Errorf("%w: %w", store.ErrPositionLost, err)
	}
	return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
}
