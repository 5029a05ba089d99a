//go:build race

package app_test

// raced tells that the race detector is on, which makes SQLite slow by an order of
// magnitude and heaps large.
const raced = true
