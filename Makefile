PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 13

serve: $(VENV)/installed  ## build the shipped graph and serve it at http://127.0.0.1:8000/
	$(BIN)/polisgraph serve

check: $(VENV)/installed  ## validate the data files
	$(BIN)/polisgraph check

test: $(VENV)/installed-test debian  ## run the whole test suite
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

lint: $(VENV)/installed-lint  ## check format, style and types
	$(BIN)/ruff format --check server tests
	$(BIN)/ruff check server tests
	$(BIN)/mypy

bench: DEBIAN := wrk virtuoso-opensource-7-bin
bench: $(VENV)/installed-bench debian  ## measure against other servers; PROFILE=shipped is quick, PROFILE=stress large
	$(BIN)/python -m tests.benchmarks $(PROFILE)
	$(BIN)/python -m tests.benchmarks.linking
	$(BIN)/python -m tests.benchmarks.reconciling
	$(BIN)/python -m tests.benchmarks.attacked

golden: $(VENV)/installed-test  ## rewrite the expected rows of the reports, to be read in the diff
	$(BIN)/python -m pytest tests/test_reports.py --rewrite-golden
	$(BIN)/python -m polisgraph.reports

screenshots: DEBIAN := chromium
screenshots: $(VENV)/installed-test debian  ## take the pictures of the README anew
	$(BIN)/python -m tests.screenshots

clean:  ## remove the virtual environment, the snapshots and the benchmarks' figures
	rm -rf $(VENV) .polisgraph .benchmarks

$(VENV)/installed: pyproject.toml
	@echo "Installing Polisgraph and what it needs into $(VENV) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/installed-test: $(VENV)/installed
	@echo "Installing what the tests need …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

$(VENV)/installed-bench: $(VENV)/installed
	@echo "Installing the servers to compare with …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	@touch $@

$(VENV)/installed-lint: $(VENV)/installed-test
	@echo "Installing the linters …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,lint]'
	@touch $@

# Programs that tests and benchmarks run. Where they can be installed they are; elsewhere both say what they leave out.
DEBIAN := chromium virtuoso-opensource-7-bin wrk nginx-light faketime

debian:
	@missing=$$(for package in $(DEBIAN); do \
	    dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q '^install ok installed' || echo $$package; done); \
	if [ -n "$$missing" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing Debian packages:" $$missing "…"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	fi

.PHONY: help serve check test lint bench golden screenshots clean debian
