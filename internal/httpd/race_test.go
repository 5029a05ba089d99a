//go:build race

package httpd_test

// raced tells that the race detector is on, which makes everything slow by an
// order of magnitude: what only repeats is left to the run without it.
const raced = true
