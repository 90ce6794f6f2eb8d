PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

serve: $(VENV)/installed  ## build the shipped graph and serve it at http://127.0.0.1:8000/
	$(BIN)/polisgraph serve

check: $(VENV)/installed  ## validate the data files
	$(BIN)/polisgraph check

test: $(VENV)/installed-test browser  ## run the whole test suite
	$(BIN)/python -m pytest

lint: $(VENV)/installed-lint  ## check format, style and types
	$(BIN)/ruff format --check server tests
	$(BIN)/ruff check server tests
	$(BIN)/mypy

golden: $(VENV)/installed-test  ## rewrite the expected rows of the reports, to be read in the diff
	$(BIN)/python -m pytest tests/test_reports.py --rewrite-golden
	$(BIN)/python -m polisgraph.reports

clean:  ## remove the virtual environment and the snapshots
	rm -rf $(VENV) .polisgraph

$(VENV)/installed: pyproject.toml
	@echo "Installing Polisgraph and what it needs into $(VENV) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/installed-test: $(VENV)/installed
	@echo "Installing what the tests need …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

$(VENV)/installed-lint: $(VENV)/installed-test
	@echo "Installing the linters …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,lint]'
	@touch $@

# The browser tests need Chromium. Where it can be installed it is; elsewhere the suite says what it leaves out.
browser:
	@command -v chromium >/dev/null || { \
	    if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	        echo "Installing Chromium for the browser tests …"; \
	        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	    fi; }

.PHONY: help serve check test lint golden clean browser
