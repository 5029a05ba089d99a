package app

// SetPartSize makes acceptances and undoings write so many cases at once.
func SetPartSize(a *App, n int) { a.partSize = n }
