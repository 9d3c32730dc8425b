# The commands of this project. `make` alone lists them.
# Each recipe is also what CI runs, so a green `make test lint` here is a green build there.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup build demo test lint fmt bench baseline example clients

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what the C++ solver needs to build (compiler, cmake, libclang), where it is missing
	@scripts/setup

build: setup ## build the release binary: target/release/journeyman
	@scripts/build

demo: build ## plan the shipped reference day over gRPC, against a real server process
	@target/release/journeyman demo

# The first line builds the programs that the tests start as processes of their own.
test: setup ## run every test of the workspace
	@source scripts/env.sh; \
	cargo build --workspace --bins; \
	cargo test --workspace --no-fail-fast

lint: setup ## formatting, clippy, tidy, licenses and advisories, the contract's lint
	@scripts/lint

fmt: ## format the Rust sources
	@cargo fmt --all

# The other benches print tables of their own, some of a folder or a map that is named: docs/benchmarks.md.
bench: setup ## run the micro benches (criterion)
	@source scripts/env.sh; cargo bench --workspace --bench kernels --bench milp --bench windows

baseline: setup ## time the kernels and compare them with the committed ratios: make baseline [write="machine, load"]
	@source scripts/env.sh; \
	cargo build --release --workspace --bin baseline; \
	cargo bench --workspace --bench kernels; \
	"$${CARGO_TARGET_DIR:-target}/release/baseline" $(if $(write),--write "$(write)")

# Examples start the server that `build` leaves beside them.
example: build ## run one example: make example name=solve_a_day
	@if [ -z "$(name)" ]; then \
		echo "say which one: make example name=solve_a_day; there are:"; \
		ls examples/examples examples/src/bin 2>/dev/null | sed -n 's/^\(.*\)\.rs$$/  \1/p'; exit 2; \
	fi
	@source scripts/env.sh; cargo run --release -p journeyman-examples --example "$(name)"

clients: setup ## generate the Python and TypeScript clients and test each against a server process
	@examples/client/python/run
	@examples/client/typescript/run
