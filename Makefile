# The one door to this repository. `make help` lists what is behind it.
.DEFAULT_GOAL := help
PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift
SCRATCH ?= .build
STATIC_SCRATCH ?= .build-static
BIN = $(DESTDIR)$(PREFIX)/bin
SHARE = $(DESTDIR)$(PREFIX)/share/journey-outbox
UNITS = $(DESTDIR)$(PREFIX)/lib/systemd/system

.PHONY: help
help: ## List what make can do.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: deps
deps: ## Install what is missing to build (libsqlite3-dev), as root or through sudo.
	@scripts/install-dependencies

.PHONY: build
build: deps ## Build the program for development.
	$(SWIFT) build --scratch-path $(SCRATCH) --product journey-outbox

.PHONY: demo
demo: build ## Watch orders become journey entrances, through a crash, a rate limit and dropped connections.
	$(SCRATCH)/debug/journey-outbox demo

.PHONY: test
test: deps ## Run every test and print how many ran.
	$(SWIFT) build --scratch-path $(SCRATCH) --build-tests
	$(SWIFT) test --scratch-path $(SCRATCH) --skip-build --disable-xctest

.PHONY: format
format: ## Format the Swift sources in place.
	$(SWIFT) format --in-place --parallel --recursive Sources Tests Examples Package.swift migrations

.PHONY: lint
lint: ## Check the Swift sources' format.
	$(SWIFT) format lint --strict --parallel --recursive Sources Tests Examples Package.swift migrations

.PHONY: release
release: deps ## Build the statically linked program that `install` puts in place.
	$(SWIFT) build --scratch-path $(STATIC_SCRATCH) -c release --static-swift-stdlib --product journey-outbox

.PHONY: install
install: release ## Install the program, the systemd unit and the migrations below DESTDIR and PREFIX.
	install -D -m 755 $(STATIC_SCRATCH)/release/journey-outbox $(BIN)/journey-outbox
	install -d $(SHARE)/migrations $(UNITS)
	install -m 644 migrations/*.sql $(SHARE)/migrations/
	sed 's|/usr/bin/journey-outbox|$(PREFIX)/bin/journey-outbox|' deploy/journey-outbox.service > $(UNITS)/journey-outbox.service
	chmod 644 $(UNITS)/journey-outbox.service

.PHONY: clean
clean: ## Remove what was built.
	rm -rf $(SCRATCH) $(STATIC_SCRATCH)
