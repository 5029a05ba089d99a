#!/bin/sh
# generated.sh generates everything anew and fails if that changed a file: what
# is committed must be what the schema and the operations give.
set -eu

# What stands where generators write, with its content.
state() {
	find graph web/src -type f \( -path '*/generated/*' -o -path '*/model/*' -o -name '*.resolvers.go' -o -name '*.gen.ts' \) -exec cksum {} + | sort -k3
}

before=$(state)
go tool gqlgen generate
(cd web && npm run --silent codegen:check)
after=$(state)
if [ "$before" != "$after" ]; then
	echo "Generated code was not up to date; it is now. Look at it and commit it:"
	git status --short -- graph web/src
	exit 1
fi
