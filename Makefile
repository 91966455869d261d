# Everything a developer needs. Each target does all of its own set-up on a fresh machine.
# The system's own Python first: distributions compile it with profile-guided optimisation, version
# managers usually do not, and the worker then needs twice the processor.
PYTHON ?= $(or $(shell /usr/bin/python3 -c 'import sys, ensurepip, venv; sys.version_info < (3, 11) or print(sys.executable)' 2>/dev/null),python3)
VENV := .venv
PY := $(VENV)/bin/python
RUN := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
export PYTHONDONTWRITEBYTECODE ?=

.PHONY: help setup demo tour test browser check lint format bench bench-pages optout-figures mutants story durability screens lock

help:  ## Show what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else f"Followthrough needs Python 3.11 or newer; this is {v.major}.{v.minor}. Try: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(RUN): requirements.lock | $(VENV)/bin/pip
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r requirements.lock
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(DEV): requirements-dev.lock $(RUN)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	@touch $@

setup: $(DEV)  ## Make the virtual environment with everything developers need

demo: $(RUN)  ## Run the whole product with a seeded company; prints where to look
	@$(PY) -m config.demo

tour: $(RUN)  ## Go through a buyer's eight checks on the running product; writes var/tour.json
	@$(PY) -m config.demo.tour $(if $(MARKDOWN),--markdown)

test: $(DEV)  ## Run the test suite
	@$(PY) -m pytest -n auto

browser: $(DEV)  ## Look at every page in Chromium: axe, keyboard, phone width
	@$(PY) -m pytest tests/browser

lint: $(DEV)  ## Style, types and the import rule
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports

format: $(DEV)  ## Mend what lint can mend by itself
	@$(VENV)/bin/ruff check --fix --quiet . || true
	@$(VENV)/bin/ruff format .

check: lint test  ## Exactly what CI runs

bench: $(DEV)  ## Measure, beside a ceiling from the same run; writes bench/results/latest.json
	@$(PY) -m bench

bench-pages: $(DEV)  ## Server time of every page at 100,000 applications; writes bench/results/pages.json
	@$(PY) -m bench.pages

optout-figures: $(DEV)  ## How well opt-outs are recognised, by language; V=1 shows the errors of the study part
	@$(PY) -m followthrough.governance.optout.figures $(if $(V),--verbose)

mutants: $(DEV)  ## Remove each guard in turn and see the tests turn red
	@$(PY) -m tests.mutants

story: $(DEV)  ## Play stories and print what happened: make story NAME=quiet
	@$(PY) -m pytest tests/test_stories.py -k "$(or $(NAME),story)" --story-print

durability: $(DEV)  ## Kill workers 200 times and count what was sent; caps, opt-outs, switches
	@$(PY) -m tests.durability --kills 200 --all

screens: $(DEV)  ## Take the pictures of every page in docs/screens, from the running product
	@$(PY) -m tests.browser

lock: | $(VENV)/bin/pip  ## Pin every dependency anew
	$(VENV)/bin/pip install --quiet pip-tools
	$(VENV)/bin/pip-compile --quiet --upgrade --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o requirements.lock pyproject.toml
	$(VENV)/bin/pip-compile --quiet --upgrade --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml
