# All commands of this repository. `make help` lists them.
.DEFAULT_GOAL := help
PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift
SCRATCH ?= .build
STATIC_SCRATCH ?= .build-static
BIN = $(DESTDIR)$(PREFIX)/bin
SHARE = $(DESTDIR)$(PREFIX)/share/journey-outbox
LIB = $(DESTDIR)$(PREFIX)/lib
COMPLETIONS = $(DESTDIR)$(PREFIX)/share

.PHONY: help
help: ## List what make can do.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: deps
deps: ## Install what is missing to build (libsqlite3-dev), as root or through sudo.
	@scripts/install-dependencies

.PHONY: test-tools
test-tools: ## Install the tools without which some tests are skipped (nginx, promtool, systemd-nspawn, faketime, valgrind, python3), as root or through sudo.
	@scripts/install-dependencies tests

.PHONY: build
build: deps ## Build the program for development.
	$(SWIFT) build --scratch-path $(SCRATCH) --product journey-outbox

.PHONY: demo
demo: build ## Watch orders become journey entrances, through a crash, a rate limit and dropped connections.
	$(SCRATCH)/debug/journey-outbox demo

.PHONY: test
test: deps ## Run every test and print how many ran.
	$(SWIFT) build --scratch-path $(SCRATCH) --build-tests
	@SWIFT=$(SWIFT) scripts/test $(SCRATCH)

MUTANTS ?= .build-mutants
# Such as MUTANT=new-key-on-retry; all of them when empty.
MUTANT ?=

.PHONY: mutants
mutants: deps ## Apply the mutants of Proof/Mutants to a copy of the sources, and check that the simulation detects each.
	scripts/mutants weave $(MUTANTS)
	WOVEN_MUTANTS=$(MUTANTS) $(SWIFT) build --scratch-path $(SCRATCH) --product mutants
	$(SCRATCH)/debug/mutants $(MUTANT)

SEED ?= 1
RUNS ?= 1

.PHONY: simulate
simulate: deps ## Run RUNS seeds of the simulation from SEED on (make simulate SEED=7 RUNS=100 TILT=restores).
	$(SWIFT) build --scratch-path $(SCRATCH) --product simulate
	$(SCRATCH)/debug/simulate --seed $(SEED) --runs $(RUNS) $(addprefix --tilt ,$(TILT))

# All that the API's documents leave possible; its violations are printed by class, each with a seed.
SEEDS ?= 1-100
.PHONY: simulate-documents
simulate-documents: deps ## Play SEEDS against all that the API's documents leave possible (make simulate-documents SEEDS=1-500).
	$(SWIFT) build --scratch-path $(SCRATCH) --product simulate
	$(SCRATCH)/debug/simulate --model documents --seeds $(SEEDS)

.PHONY: key-model
key-model: deps ## Explore every schedule of a key of unknown outcome, and drop each premise of its rules.
	$(SWIFT) build --scratch-path $(SCRATCH) --product key-model
	$(SCRATCH)/debug/key-model

# What takes longer than a test may: the same tests, with larger counts. `nice`, since it has the machine for hours.
KILLS ?= 10000
HOSTILE_ROWS ?= 100000
HOSTILE_ANSWERS ?= 100000
HOSTILE_WIRE ?= 2000
HOSTILE_WORDS ?= 50
SOAK = nice $(SWIFT) test --scratch-path $(SCRATCH) --disable-xctest

.PHONY: soak
soak: soak-processes soak-hostile soak-simulation soak-records ## Run the long tests and print their record (counts by variables: docs/guarantees.md).

.PHONY: soak-processes
soak-processes: deps ## Kill workers KILLS times, and audit what is left each time (KILL_SEED repeats a run).
	KILLS=$(KILLS) $(SOAK) --filter '^EndToEndTests\.KillTests/' 2>&1 | scripts/soak-record

.PHONY: soak-hostile
soak-hostile: deps ## Send HOSTILE_ROWS rows, HOSTILE_ANSWERS mutated answers, HOSTILE_WIRE false answers over sockets, and HOSTILE_WORDS rounds of hostile texts.
	HOSTILE_ROWS=$(HOSTILE_ROWS) HOSTILE_ANSWERS=$(HOSTILE_ANSWERS) HOSTILE_WIRE=$(HOSTILE_WIRE) \
	  HOSTILE_WORDS=$(HOSTILE_WORDS) $(SOAK) \
	  --filter '\.Hostile[A-Za-z]*Tests/' 2>&1 | scripts/soak-record

SOAK_SEEDS ?= 1000000
SOAK_SCRATCH ?= .build-soak

.PHONY: soak-simulation
soak-simulation: deps ## Run SOAK_SEEDS seeds of the simulation in a release build, and print its record.
	$(SWIFT) build --scratch-path $(SOAK_SCRATCH) -c release --product simulate
	$(SOAK_SCRATCH)/release/simulate --seed 1 --runs $(SOAK_SEEDS)

.PHONY: soak-records
soak-records: deps ## Deliver ten million intents and query ten million rows (docs/soak.md; an hour, 4 GiB of TMPDIR).
	$(SWIFT) build --scratch-path $(SOAK_SCRATCH) -c release --product soak
	$(SOAK_SCRATCH)/release/soak retention --shape users
	$(SOAK_SCRATCH)/release/soak retention --shape entrance
	$(SOAK_SCRATCH)/release/soak scheduled
	$(SOAK_SCRATCH)/release/soak look

BENCH_SCRATCH ?= Benchmarks/.build
# Such as BENCH="--scale full" or BENCH="drain http"; `$(BENCH_SCRATCH)/release/benchmark help measure` says more.
BENCH ?=

.PHONY: bench
bench: deps ## Measure the release build next to a floor in C (BENCH="--scale full drain" chooses what).
	@[ ! -f Package.resolved ] || cp Package.resolved Benchmarks/Package.resolved
	$(SWIFT) build --package-path Benchmarks --scratch-path $(BENCH_SCRATCH) -c release
	$(BENCH_SCRATCH)/release/benchmark measure --folder $(BENCH_SCRATCH)/databases --json $(BENCH_SCRATCH)/report.json $(BENCH)

.PHONY: format
format: ## Format the Swift sources in place.
	$(SWIFT) format --in-place --parallel --recursive Sources Tests Examples Proof Benchmarks/Sources Benchmarks/Package.swift Package.swift migrations

.PHONY: lint
lint: ## Check the Swift sources' format, and whether each mutant still applies to them.
	$(SWIFT) format lint --strict --parallel --recursive Sources Tests Examples Proof Benchmarks/Sources Benchmarks/Package.swift Package.swift migrations
	@scripts/mutants check

.PHONY: release
release: deps ## Build the statically linked program that `install` puts in place.
	$(SWIFT) build --scratch-path $(STATIC_SCRATCH) -c release --static-swift-stdlib --product journey-outbox

.PHONY: man
man: build ## Write docs/journey-outbox.1 anew from the argument definitions.
	scripts/man-page $(SCRATCH)/debug/journey-outbox > docs/journey-outbox.1

.PHONY: install
install: release ## Install program, unit, migrations, man page, completions and alert rules below DESTDIR and PREFIX.
	install -D -m 755 $(STATIC_SCRATCH)/release/journey-outbox $(BIN)/journey-outbox
	$(MAKE) install-files PROGRAM=$(STATIC_SCRATCH)/release/journey-outbox

# Everything but the program, which is asked for its completions.
PROGRAM ?= $(SCRATCH)/debug/journey-outbox
.PHONY: install-files
install-files:
	install -d $(SHARE)/migrations $(LIB)/systemd/system $(COMPLETIONS)/bash-completion/completions \
	  $(COMPLETIONS)/zsh/site-functions $(COMPLETIONS)/fish/vendor_completions.d
	install -m 644 migrations/*.sql $(SHARE)/migrations/
	sed 's|/usr/bin/journey-outbox|$(PREFIX)/bin/journey-outbox|' deploy/journey-outbox.service > $(LIB)/systemd/system/journey-outbox.service
	chmod 644 $(LIB)/systemd/system/journey-outbox.service
	install -D -m 644 deploy/journey-outbox.sysusers.conf $(LIB)/sysusers.d/journey-outbox.conf
	install -D -m 644 deploy/journey-outbox.tmpfiles.conf $(LIB)/tmpfiles.d/journey-outbox.conf
	install -D -m 644 deploy/prometheus/alerts.yaml $(SHARE)/prometheus/alerts.yaml
	install -D -m 644 deploy/grafana/journey-outbox.json $(SHARE)/grafana/journey-outbox.json
	install -D -m 644 docs/journey-outbox.1 $(COMPLETIONS)/man/man1/journey-outbox.1
	$(PROGRAM) --generate-completion-script bash > $(COMPLETIONS)/bash-completion/completions/journey-outbox
	$(PROGRAM) --generate-completion-script zsh > $(COMPLETIONS)/zsh/site-functions/_journey-outbox
	$(PROGRAM) --generate-completion-script fish > $(COMPLETIONS)/fish/vendor_completions.d/journey-outbox.fish

.PHONY: clean
clean: ## Remove what was built.
	rm -rf $(SCRATCH) $(STATIC_SCRATCH) $(SOAK_SCRATCH) $(BENCH_SCRATCH) $(MUTANTS)
