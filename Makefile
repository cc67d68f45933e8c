# Two commands do everything on a fresh machine with Python 3.11+ and make: `make run` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TESTS := tests --ignore=tests/prove --numprocesses=auto
# Of the requirements that are installed; made anew when either file changes.
STAMP := $(VENV)/requirements-installed

export PORT DESK_PORT ENGINE_PORT

.DEFAULT_GOAL := help
.PHONY: help run test prove bench coverage

help:
	@echo "make run       start everything on this machine (PORT= DESK_PORT= ENGINE_PORT= move it); Ctrl-C saves and stops"
	@echo "make test      style, types, layering, tests"
	@echo "make prove     the heavy refutations"
	@echo "make bench     the benchmarks, as tables"
	@echo "make coverage  the tests once more, with what they leave untouched"

run: $(STAMP)
	@exec $(BIN)/python -m infra.local run

test: $(STAMP)
# Without one of these Playwright brings its own.
	@command -v chromium > /dev/null || command -v chromium-browser > /dev/null || command -v google-chrome > /dev/null \
		|| { echo "Installing a browser for the tests"; $(BIN)/playwright install chromium; }
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest $(TESTS)

# Tracing takes more than half as long again.
coverage: $(STAMP)
	$(BIN)/python -m pytest $(TESTS) --cov=chalicelib --cov=infra --cov-branch --cov-report=term:skip-covered

prove: $(STAMP)
	$(BIN)/python -m pytest tests/prove

bench: $(STAMP)
	@for table in bench/*.py; do \
		if [ -e "$$table" ]; then echo "== $$table"; $(BIN)/python "$$table" || exit 1; fi; \
	done

$(STAMP): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null \
		|| { echo "Ringfence needs Python 3.11 or newer: make PYTHON=python3.11 (found: $$($(PYTHON) --version 2>&1))" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "Making $(VENV)"; $(PYTHON) -m venv $(VENV) || { \
		rm -rf $(VENV); echo "Python cannot make virtual environments here. On Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }; }
	@echo "Installing the pinned requirements into $(VENV)"
# Chalice refuses newer ones.
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'pip<26.3'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
