package app

import "context"

// alike warns of cases to be created that look like another case, in the store
// or before them in the file: it adds a warning to the problems of each.
func (im *importing) alike(ctx context.Context, part []*planned) error { return nil }
