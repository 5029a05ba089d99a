//go:build race

package demo

// raced tells that the race detector is on. SQLite's code, which is C translated
// to Go, then takes minutes for what takes seconds without it; the province is
// kept in memory instead, and the engine raced by its own tests.
const raced = true
