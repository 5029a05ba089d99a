package app

// TellChange tells the application that a document was written.
func (a *App) TellChange(collection string) { a.changed(collection) }
