# thads. "make" or "make help" lists the commands; "make test" is the one that decides.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:

GO ?= go
PART := internal/tools/part.sh
LINT := bin/golangci-lint
WEB := cd web && npm run --silent

.PHONY: help
help: ## List the commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z][a-z-]*:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: ## Run the server with the demonstration province
	$(GO) run . --demo

.PHONY: build
build: ## Build bin/thads
	$(GO) build -trimpath -o bin/thads .

.PHONY: generate
generate: prepare ## Generate the API's code and the page's operations anew
	$(GO) tool gqlgen generate
	$(WEB) codegen

.PHONY: web
web: prepare ## Build web/dist from web/src
	$(WEB) codegen && npm run --silent build

.PHONY: bench
bench: ## Measure speeds, each beside its yardstick
	$(GO) run ./internal/bench

.PHONY: test
test: prepare check-generated lint test-go test-web test-browser ## Run every check
	@echo 'All checks passed.'

.PHONY: prepare
prepare:
	@$(PART) 'Tools' internal/tools/prepare.sh

.PHONY: check-generated
check-generated: prepare ## Check that generated code is up to date
	@$(PART) 'Generated code' internal/tools/generated.sh

# The linter is a module of its own, so that what it needs stays out of go.mod.
.PHONY: lint
lint: ## Vet and lint the Go code
	@$(PART) 'Linter' $(GO) -C internal/tools/lint build -o ../../../$(LINT) github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	@$(PART) 'Lint' $(LINT) run ./...

.PHONY: test-go
test-go: ## Run the Go tests with the race detector, on both storage engines
	@$(PART) 'Go tests' sh -c '$(GO) test -race -timeout 15m -json ./... | $(GO) run ./internal/tools/testreport -engines "sqlite,ferretdb|mongodb" >&3'
# SQLite is C translated to Go, which the race detector slows down by an order of
# magnitude: the whole province is written to it without, large registers are
# brought in, and the program is killed while it does so.
	@$(PART) 'Demonstration on SQLite' $(GO) test ./internal/demo
	@$(PART) 'Registers on SQLite' $(GO) test ./internal/app -run 'TestAccept|TestUndo|TestKilled'
# Under the race detector the rights are tried with fewer people.
	@$(PART) 'Every right of everybody' $(GO) test ./graph ./internal/httpd -run 'TestRights|TestUnmasking|TestCanaries'

.PHONY: test-web
test-web: prepare ## Check the page: lint, types, unit tests, and that web/dist is what web/src builds to
	@$(PART) 'Web lint' sh -c '$(WEB) lint'
	@$(PART) 'Web types' sh -c '$(WEB) typecheck'
	@$(PART) 'Web unit tests' sh -c '$(WEB) test'
	@$(PART) 'Web build' sh -c '$(WEB) check:dist'

.PHONY: test-browser
test-browser: prepare ## Run the browser tests against the real server
	@$(PART) 'Browser tests' sh -c '$(WEB) e2e'

.PHONY: clean
clean: ## Remove what was built and installed here
	rm -rf bin web/node_modules internal/tools/provider/node_modules
