.DEFAULT_GOAL := help
.PHONY: help setup run test check smoke bench servers servers-stop lock clean
PYTHON ?= python3
PORT ?= 8000
WORLD ?= embedded
ONLY ?=
BIN := .venv/bin
UV_VERSION := 0.13.9
DEV_TARGETS := $(filter test check smoke bench servers format,$(MAKECMDGOALS))
export PATH := $(CURDIR)/$(BIN):$(PATH)

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

lock: .venv/bin/uv ## Choose newer versions of the dependencies and write the lock files
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade --generate-hashes --no-header --no-annotate --no-emit-index-url \
		pyproject.toml --group assets -o requirements/run.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade --generate-hashes --no-header --no-annotate --no-emit-index-url \
		pyproject.toml --group assets --group dev -c requirements/run.lock -o requirements/dev.lock
