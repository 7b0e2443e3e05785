# The handbook's verbs. `make` alone lists them.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
BUILD := $(RUN) -m cvc_helpers.book.build
NBVAL := $(RUN) -m pytest --nbval --nbval-current-env -p tests.differences
QUICKEST := cases/service_model.ipynb
HOUSE := tests/test_house.py tests/test_pairs.py tests/test_workflows.py $(wildcard tests/rules)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help book check test cases serve translate lint bench truth zeros demo
.DELETE_ON_ERROR:

# $(call stage,name,command): run the command and say how long it took, whether it passed or not.
stage = @began=$$(date +%s); $(2); code=$$?; echo "--- $(1): $$(($$(date +%s) - began)) s"; exit $$code

help: ## list the verbs
	@sed -nE "s/^([a-z]+):.*## (.*)/  make \1\t\2/p" Makefile

book: $(VENV)/book.stamp ## set up, check the cases, build both editions into _build/html
	@$(BUILD) book

check: $(VENV)/test.stamp ## the quick checks, in three minutes: lint, types, fresh cases, house rules, one case
	$(call stage,lint and types,$(MAKE) --no-print-directory lint)
	$(call stage,cases in step and fresh,$(BUILD) check)
	$(call stage,house rules,$(RUN) -m pytest -q $(HOUSE))
	$(call stage,one case,$(NBVAL) $(QUICKEST))

test: $(VENV)/test.stamp ## run every check: lint, types, tests, cases, book, browser
	@$(RUN) -m tests.system_tools
	$(call stage,lint and types,$(MAKE) --no-print-directory lint)
	$(call stage,cases in step and fresh,$(BUILD) check)
	$(call stage,tests,$(RUN) -m pytest -n 2 --dist loadfile -m "not book and not browser")
	$(call stage,cases executed again,$(NBVAL) cases)
	$(call stage,book and browser,$(RUN) -m pytest -m "book or browser")

cases: $(VENV)/book.stamp ## execute the cases that are not fresh (ALL=1: every case)
	@$(BUILD) cases $(if $(ALL),--all)

translate: $(VENV)/book.stamp ## bring the Chinese catalogues of locale/ in step with the pages
	@$(BUILD) translate

serve: book ## show the book at http://localhost:8000
	@$(RUN) -m http.server 8000 --bind 127.0.0.1 --directory _build/html

lint: $(VENV)/test.stamp ## style and types only
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m mypy

bench: $(VENV)/test.stamp ## measure the heavy queries, write _build/bench.json
	@$(RUN) -m tests.bench

truth: $(VENV)/test.stamp ## run methods on simulated cohorts, write book/truth/ (COLUMN=slug: one; SEEDS=20: only print)
	@$(RUN) -m tests.truth $(COLUMN) $(SEEDS)

zeros: $(VENV)/test.stamp ## run big policies with nothing planted and an assumption broken, hours (SEEDS=10: fewer seeds)
	@$(RUN) -m tests.zeros $(SEEDS)

demo: $(VENV)/book.stamp ## write the fictitious insurer to data/chengyue
	@$(RUN) -m cvc_helpers demo --customers 150000 --out data/chengyue

$(RUN):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "The handbook needs Python 3.11 or newer; $(PYTHON) is older or missing. Try: make book PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

# Locked packages, then the package itself; once for each change of lock or project file.
$(VENV)/%.stamp: locks/%.txt pyproject.toml | $(RUN)
	@echo "Installing the packages of locks/$*.txt into $(VENV) (a few minutes, once) ..."
	@$(RUN) -m pip install -qq --no-deps --require-hashes -r locks/$*.txt
	@$(RUN) -m pip install -qq --no-deps --no-build-isolation -e .
	@touch $@
