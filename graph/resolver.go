// Package graph is the GraphQL API: a schema, thin resolvers over the use cases
// of internal/app, and the limits within which operations run. It knows no
// store and no driver.
package graph

import (
	"github.com/thads/thads/internal/app"
)

// Resolver resolves the root fields. It holds no state of a request; what
// belongs to one travels in its context.
type Resolver struct {
	app *app.App
	// provider is that of OpenID Connect, zero where none is configured.
	provider Provider
	// live bounds what is told live.
	live LiveLimits
}
