# Two commands do it all: `make demo` and `make test`. Each installs what it misses (.ci/setup) and says so.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

# Build output and tools live outside the clone, so that the next clone finds them. Both can be set from outside.
CACHE := $(or $(USUFRUCT_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/usufruct)
export CARGO_TARGET_DIR ?= $(CACHE)/target
export PATH := $(CACHE)/tools/bin:$(PATH):$(HOME)/.cargo/bin

# Targets are named without their package: cargo then chooses features for the whole workspace, as tests and lints do,
# and builds each dependency once.
USUFRUCT := $(CARGO_TARGET_DIR)/debug/usufruct
STEP := .ci/step
NPM := npm run --silent
# Steps that `test` and `check` run prepare nothing themselves: their goal has done so.
SETUP := .ci/setup

.PHONY: help setup build demo test check test-rust test-contracts test-demo lint doc deny fmt fmt-check \
	abi abi-check sdl sdl-check clean

help: ## Say what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "Build output: $(CARGO_TARGET_DIR) (CARGO_TARGET_DIR, or USUFRUCT_CACHE for the tools too)"

setup: ## Install everything that is missing
	@$(SETUP) test

build: ## Build the usufruct command
	@$(SETUP) build
	@$(STEP) "Build usufruct" cargo build --locked --bin usufruct

demo: ## Run the whole loop on real data; ARGS=--exit ends with it, ARGS="--exit --json" prints JSON
	@$(SETUP) demo
	@$(STEP) "Build usufruct" cargo build --locked --bin usufruct
	@$(USUFRUCT) demo $(ARGS)

test: setup check test-contracts test-rust test-demo ## Check and test everything, as CI does
	@echo
	@echo "make test: everything passed"

check: fmt-check abi-check deny lint doc sdl-check ## Check form, lints, docs, dependencies and generated files

fmt: ## Format Rust and Solidity
	cargo fmt --all
	contracts/forge fmt

fmt-check:
	@$(STEP) "Rust is formatted" cargo fmt --all --check
	@$(STEP) "Solidity is formatted" $(NPM) contracts:fmt

lint: ## Clippy on everything, warnings are errors
	@$(STEP) "Clippy" cargo clippy --workspace --all-targets --locked -- -D warnings

doc: ## Rustdoc of our crates, warnings are errors
	@RUSTDOCFLAGS="-D warnings" $(STEP) "Rustdoc" cargo doc --workspace --no-deps --locked

# Advisories come from a git repository that a machine with registries only does not reach; see deny.toml.
deny: ## Licenses, sources and bans of the dependencies; USUFRUCT_ADVISORIES=1 adds advisories
	@$(STEP) "Dependencies" cargo deny --log-level error check --hide-inclusion-graph \
		bans licenses sources $(if $(USUFRUCT_ADVISORIES),advisories)

abi: ## Write contracts/abi and the vectors of our scripts anew
	$(NPM) contracts:artifacts
	node contracts/script/vectors.mjs
	node contracts/script/licensing-vectors.mjs
	node contracts/script/price-vectors.mjs

abi-check:
	@$(STEP) "Contract ABI and bytecode are fresh" $(NPM) contracts:artifacts:check
	@$(STEP) "Vectors are fresh" $(NPM) contracts:vectors:check

sdl: ## Write graphql/schema.graphql anew
	cargo run --quiet --locked --example sdl >$(CARGO_TARGET_DIR)/schema.graphql
	cp $(CARGO_TARGET_DIR)/schema.graphql graphql/schema.graphql

sdl-check:
	@$(STEP) "GraphQL schema is fresh" bash -c 'diff --unified graphql/schema.graphql \
		<(cargo run --quiet --locked --example sdl) || { echo "run: make sdl"; exit 1; }'

test-contracts: ## Forge: unit, fuzz and invariant tests, gas
	@$(STEP) "Contract tests" env FOUNDRY_PROFILE=$(if $(CI),ci,default) $(NPM) contracts:test
	@$(STEP) "Gas" $(NPM) contracts:gas

# nextest limits what runs side by side (.config/nextest.toml) and ends what hangs; cargo test is there for a machine
# that cannot install it. Doc tests are cargo's alone.
test-rust: ## Rust tests, against real Postgres, anvil and iroh
	@if cargo nextest --version >/dev/null 2>&1; then \
		$(STEP) "Rust tests" cargo nextest run --workspace --locked --profile $(if $(CI),ci,default); \
		$(STEP) "Rust examples in docs" cargo test --workspace --doc --locked; \
	else \
		$(STEP) "Rust tests" cargo test --workspace --locked --no-fail-fast -- --test-threads=2; \
	fi

test-demo: ## The demo without a reader, its JSON checked
	@$(STEP) "Build usufruct" cargo build --locked --bin usufruct
	@$(STEP) "Demo" .ci/test_demo $(USUFRUCT)

clean: ## Remove build output, downloaded npm packages and tools
	cargo clean
	rm -rf contracts/out contracts/cache node_modules $(CACHE)/tools
