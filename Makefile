# `make` alone lists the targets. Each step leaves a stamp and is repeated only when what it was
# made from has changed, so a second `make run` starts at once. Needs Python >= 3.11 and make.

# make run PORT=9000, make demo PACK=lyon PROFILE=M SEED=2, make PYTHON=python3.13 run
PORT ?= 8000
PACK ?= lyon
PROFILE ?= M
SEED ?= 1
# Processes that share the tests. Two is what the budgets in CONTRIBUTING.md are measured with.
WORKERS ?= 2

B := .venv/bin
PIP := $(B)/python -m pip install --disable-pip-version-check
SETTINGS := setup.cfg pyproject.toml
KERNEL := $(wildcard routing/engine/kernel/*.py)
CATALOGUES := $(wildcard app/translations/*/LC_MESSAGES/*.po)
FRONTEND := app/assets.py $(shell find app/frontend -type f -not -path '*/node_modules/*' 2>/dev/null)
MANIFEST := app/static/dist/manifest.json

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$p && break; done)
NO_PYTHON = Onsite needs Python 3.11 or newer with venv (Debian: apt-get install python3-venv); \
	PYTHON=... names one

.DEFAULT_GOAL := help
.PHONY: help run setup demo test quick check bench words wheel browser
.DELETE_ON_ERROR:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup ## serve on 127.0.0.1:8000 (PORT= changes it), on first use with a demo day
	@$(B)/onsite run --demo --port $(PORT)

setup: .venv/.installed .venv/.translated .venv/.compiled $(MANIFEST) ## environment and assets only; leaves .venv/bin/onsite

demo: setup ## load a demo day into an empty instance/ (PACK=lyon PROFILE=M SEED=1)
	@$(B)/onsite demo load --pack $(PACK) --profile $(PROFILE) --seed $(SEED)

test: .venv/.tested setup browser ## everything: check, unit, database, browser and document tests
	@failed=0; \
	$(MAKE) --no-print-directory check || failed=1; \
	$(B)/python -m pytest -n $(WORKERS) || failed=1; \
	exit $$failed

quick: .venv/.tested ## the tests of routing and dispatch without engine, PostgreSQL and browser: seconds
	@$(B)/python -m pytest -n $(WORKERS) -m "not slow and not postgres and not browser" \
		--ignore=tests/routing/engine tests/routing tests/dispatch

check: .venv/.tested ## formatter, linter, types, import contracts, spelling
	@failed=0; for tool in "ruff format --check --quiet ." "ruff check --quiet ." mypy lint-imports codespell; do \
		echo "== $$tool"; $(B)/$$tool || failed=1; \
	done; exit $$failed

# What users would plan: the demo's days of two sizes, and invented days of 100 visits; then whatever
# the user has. PEERS="pyvrp vroom ortools" needs the extra bench, SECONDS= the time for each.
BENCH := .venv/bench
PEERS ?=
SECONDS ?= 10
DEMO_DAY := 2026-03-30

bench: setup $(BENCH)/.made ## plan demo and invented days, and what lies in ONSITE_BENCHMARKS; prints a table (PEERS= SECONDS=)
	@$(B)/onsite bench $(BENCH) $(ONSITE_BENCHMARKS) --time-limit $(SECONDS) --workers $(WORKERS) \
		$(foreach peer,$(PEERS),--peer $(peer))

$(BENCH)/.made: .venv/.installed
	@rm -rf $(BENCH) && mkdir -p $(BENCH)/demo-S $(BENCH)/demo-M
	@for size in S M; do \
		export ONSITE_INSTANCE=$(BENCH)/instance-$$size; \
		$(B)/onsite demo load --pack lyon --profile $$size --seed 1 --date $(DEMO_DAY) >/dev/null \
		&& $(B)/onsite export-problem $(DEMO_DAY) --out $(BENCH)/demo-$$size >/dev/null || exit 1; \
	done
	@$(B)/onsite invent-problem technicians --over 0.15 --out $(BENCH)/technicians.json
	@$(B)/onsite invent-problem technicians --over 0.15 --break --out $(BENCH)/technicians-lunch.json
	@$(B)/onsite invent-problem short-rounds --out $(BENCH)/short-rounds.json
	@$(B)/onsite invent-problem long-rounds --out $(BENCH)/long-rounds.json
	@touch $@

words: .venv/.installed ## collect new sentences from code and templates into app/translations/
	@$(B)/pybabel -q extract -F app/translations/babel.cfg -k _l -k _n:1,2 --sort-output \
		--add-location=file -o .venv/messages.pot app
	@for language in en fr pl ja; do \
		po=app/translations/$$language/LC_MESSAGES/messages.po; verb=init; \
		test ! -e $$po || verb="update -N --ignore-pot-creation-date"; \
		$(B)/pybabel -q $$verb -i .venv/messages.pot -d app/translations -l $$language; \
	done

wheel: setup ## dist/onsite-*.whl, which carries the assets and needs no Node
	@rm -rf build dist
	@$(B)/python -m pip wheel --quiet --no-deps --wheel-dir dist .
	@ls dist

# --- steps ---------------------------------------------------------------------------------------

.venv/.made:
	$(if $(PYTHON),,$(error $(NO_PYTHON)))
	@echo "== environment in .venv, by $(PYTHON)"
	@test -x $(B)/python || $(PYTHON) -m venv .venv
	@touch $@

.venv/.installed: .venv/.made $(SETTINGS)
	@echo "== libraries (once; a minute on a slow line)"
	@$(PIP) $(if $(wildcard $@),--quiet) -e .
	@touch $@

.venv/.tested: .venv/.installed
	@echo "== libraries that only the tests need"
	@$(PIP) --quiet -e '.[test]'
	@touch $@

.venv/.translated: .venv/.installed $(CATALOGUES)
	@echo "== translations"
	@test -z "$(CATALOGUES)" || $(B)/pybabel -q compile -d app/translations
	@touch $@

.venv/.compiled: .venv/.installed $(KERNEL)
	@echo "== planning engine (compiles once; a minute or two)"
	@$(B)/python -m routing.engine.kernel
	@touch $@

# The system's Node when it is new enough, otherwise one from a wheel; only building needs it.
$(MANIFEST): .venv/.installed $(FRONTEND)
	@echo "== assets"
	@{ test "$${ONSITE_NODE:-auto}" != wheel && command -v npm >/dev/null \
		&& node -e 'process.exit(+(process.versions.node.split(".")[0] < 20))' 2>/dev/null; } \
		|| $(PIP) --quiet -e '.[build]'
	@npm_config_update_notifier=false $(B)/python -m app.assets
	@touch $@

# Debian's chromium with fonts for Japanese, where we may install it; otherwise playwright's own.
browser: .venv/.tested
	@if command -v chromium >/dev/null && fc-list :lang=ja 2>/dev/null | grep -q .; then :; \
	elif test "$$(id -u)" = 0 && command -v apt-get >/dev/null; then \
		echo "== chromium and fonts, by apt-get"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
			apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk fontconfig; \
	elif ! command -v chromium >/dev/null; then \
		echo "== chromium, by playwright"; $(B)/python -m playwright install chromium; \
	fi || echo "== no browser could be installed; its tests will say so"
