// Package thads holds the nouns and rules of civil judgment enforcement: cases,
// administrative verdicts, directives, tasks, directed cases, conferences,
// targets, units and officers, each a history of events that folds into a
// state.
//
// The package is pure. It reads no clock, knows no storage and no transport, and
// every refusal is an *Error with a stable code, the field it is about and a
// sentence in Vietnamese and English. Rules that come from a statute name it
// where they stand; what could not be verified says so in its data.
package thads
