# Offenes Rathaus. `make run` starts the demo town, `make test` checks everything.
SHELL := /bin/bash
.DELETE_ON_ERROR:
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
UV_VERSION := 0.13.9
# The distribution's Python is built with profiles; one that was built by hand often is not, and
# pages then take a seventh longer. Without ensurepip (Debian: python3-venv) it makes no venv.
PYTHON ?= $(or $(shell for python in /usr/bin/python3.11 python3; do \
  $$python -c 'import ensurepip' 2>/dev/null && echo $$python && break; done),python3)
export UV_PYTHON_DOWNLOADS := never
export PUPPETEER_SKIP_DOWNLOAD := 1

.PHONY: help run test lint types contracts unit bench build clean messages

help: ## show this help
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: $(VENV)/.run build ## start the demo town Wiesmoor (PORT=8000)
	@RATHAUS_SIMULATION=1 RATHAUS_DATA="$${RATHAUS_DATA:-$(CURDIR)/var}" \
	 RATHAUS_URL="$${RATHAUS_URL:-http://localhost:$(PORT)}" \
	 $(BIN)/rathaus run --demo --port $(PORT)

test: $(VENV)/.dev node_modules/.dev build ## run every check and every test
	$(BIN)/python tools/run_tests.py

lint: $(VENV)/.dev ## ruff, djLint
	$(BIN)/ruff check src tests bench tools
	$(BIN)/ruff format --check src tests bench tools
	$(BIN)/djlint --check --quiet src

types: $(VENV)/.dev ## mypy, strict
	$(BIN)/mypy src

contracts: $(VENV)/.dev ## who may import whom
	$(BIN)/lint-imports

unit: $(VENV)/.dev build ## tests on SQLite, without browser
	$(BIN)/pytest -q -m "not e2e and not against_sqlite"

bench: $(VENV)/.dev build ## measure the resident's journey on SQLite and PostgreSQL
	$(BIN)/python -m bench

messages: $(VENV)/.dev ## collect the texts of the interface for translation
	cd src/rathaus && RATHAUS_DATA="$(CURDIR)/var" DJANGO_SETTINGS_MODULE=rathaus.settings ../../$(BIN)/django-admin makemessages -l en --no-location --no-wrap --no-obsolete

build: $(VENV)/.run node_modules/.run var/.assets var/.messages

var/.assets: node_modules/.run src/rathaus/theme/build.py src/rathaus/theme/icons.txt $(wildcard src/rathaus/theme/css/*.css)
	@mkdir -p var
	$(BIN)/python -m rathaus.theme.build
	@touch $@

var/.messages: $(wildcard src/rathaus/locale/*/LC_MESSAGES/django.po) | $(VENV)/.run
	@mkdir -p var
	@if [ -d src/rathaus/locale ]; then $(BIN)/pybabel -q compile -D django -d src/rathaus/locale -f; fi
	@touch $@

$(VENV)/.uv:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/.uv
	@if [ ! -f $(VENV)/.dev ]; then $(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock; fi
	$(UV) pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	@touch $@

node_modules/.run: package-lock.json
	npm ci --omit=dev --no-audit --no-fund --ignore-scripts --loglevel=error
	@touch $@

node_modules/.dev: package-lock.json node_modules/.run
	npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
	@touch $@ node_modules/.run

lock: ## renew the lock files after a change in pyproject.toml
	$(UV) pip compile -q --universal --generate-hashes --no-annotate --no-header pyproject.toml -o requirements.lock
	$(UV) pip compile -q --universal --generate-hashes --no-annotate --no-header --extra dev pyproject.toml -c requirements.lock -o requirements-dev.lock

clean: ## remove everything that was built, keep the data
	rm -rf $(VENV) node_modules build src/rathaus/theme/static/vendor src/rathaus/theme/fonts var/.assets var/.messages var/prepared var/bytecode
