.DEFAULT_GOAL := help
.PHONY: help setup run test check smoke bench servers servers-stop lock clean
PYTHON ?= python3
PORT ?= 8000
WORLD ?= embedded
ONLY ?=
BIN := .venv/bin
UV_VERSION := 0.13.9
export PATH := $(CURDIR)/$(BIN):$(PATH)
unexport PYTHONDONTWRITEBYTECODE # or every process compiles every module anew, which takes seconds

help: ## Say what each target does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1|/' | awk -F'|' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: .venv/.installed shared/web/static/.built ## Install everything that running needs into .venv, and build the page assets

.venv/bin/uv:
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.installed: requirements/run.lock pyproject.toml | .venv/bin/uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/run.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

.venv/.installed-dev: requirements/dev.lock .venv/.installed
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.lock
	@touch $@

shared/web/static/.built: .venv/.installed $(wildcard shared/web/assets/*.scss shared/web/assets/*.js* shared/web/assets/*.py)
	$(BIN)/python -m shared.web.assets.build

run: setup ## Serve the filled-in demonstration on http://localhost:8000 (PORT=... for another)
	ENGAGE_DEMO=true ENGAGE_PUBLIC_URL=http://localhost:$(PORT) exec $(BIN)/engage serve --port $(PORT)

test: setup .venv/.installed-dev ## Run the tests that need no server
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not servers and not browser"

check: setup .venv/.installed-dev ## Run everything: style, types, rules and all tests, also those on real servers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2 --dist worksteal

smoke: setup .venv/.installed-dev ## Do the main job as a browser would, and say in one line of JSON whether it held (WORLD=servers for Kafka and MongoDB)
	@$(BIN)/python -m tests.smoke --world $(WORLD)

.bench/.installed: requirements/bench.lock | .venv/bin/uv
	$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python .bench
	$(BIN)/uv pip install --quiet --python .bench/bin/python --require-hashes -r requirements/bench.lock
	@touch $@

bench: setup .venv/.installed-dev .bench/.installed ## Measure, side by side with something bare (ONLY=responses for one of them)
	@$(BIN)/python -m bench $(ONLY)

servers: setup .venv/.installed-dev ## Start Apache Kafka and a MongoDB-protocol server on loopback, without Docker
	$(BIN)/python -m deploy.servers start

servers-stop: ## End those two
	$(BIN)/python -m deploy.servers stop

lock: .venv/bin/uv ## Choose newer versions of the dependencies and write the lock files
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade --generate-hashes --no-header --no-annotate \
		--no-emit-index-url pyproject.toml --group assets -o requirements/run.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade --generate-hashes --no-header --no-annotate \
		--no-emit-index-url pyproject.toml --group assets --group dev -c requirements/run.lock -o requirements/dev.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade --generate-hashes --no-header --no-annotate \
		--no-emit-index-url requirements/bench.in -o requirements/bench.lock

clean: ## Remove what set-up and runs have made, the demonstration's data too
	rm -rf .venv .bench .data .servers node_modules shared/web/static shared/web/assets/node_modules
