# Everything starts here: `make chat` on a fresh machine, `make test` before a change is sent.
#
# pip is told nothing about where packages come from, so PIP_FIND_LINKS, PIP_INDEX_URL and pip.conf work as always.
# Each step of the set-up leaves a stamp in .venv; it is repeated only after pyproject.toml or constraints.txt changed,
# so a second run takes seconds and needs no network.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
# Whoever waits for a download sees it move; a log need not.
PIP := $(PY) -m pip --disable-pip-version-check $(if $(CI),--quiet)
TORCH := torch==2.13.0
STAMPS := $(VENV)/stamps
# A variable, because a comma would end an argument of `call`. The tests compile the encoder that ships, read files of every
# format, and open the doors into other frameworks, hence the other extras.
DEV := .[dev,compile,ocr,office,langchain,llama-index,haystack]

# What is tested is what users run: no model hub, no telemetry.
OFFLINE := HF_HUB_OFFLINE=1 TRANSFORMERS_OFFLINE=1 HF_HUB_DISABLE_TELEMETRY=1 GRADIO_ANALYTICS_ENABLED=False

# $(call timed,NAME,COMMAND): runs the command and says how long it took.
define timed
	@echo '-- $(1)'; SECONDS=0; if $(2); then echo "== $(1): $$SECONDS s"; \
	else echo "== $(1): FAILED after $$SECONDS s" >&2; exit 1; fi
endef

.PHONY: help
help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ---------------------------------------------------------------- set-up

$(STAMPS)/venv:
	@command -v $(PYTHON) > /dev/null || { echo "$(PYTHON) is not here: install Python 3.11 or later" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is" \
	"$$($(PYTHON) --version), but 3.11 or later is needed: install it, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || { echo "$(PYTHON) cannot make virtual environments:" \
	"install them (Debian and Ubuntu: apt-get install python3-venv)" >&2; exit 1; }
	$(call timed,virtual environment,$(PYTHON) -m venv $(VENV))
	@mkdir -p $(STAMPS) && touch $@

# First and by itself: with it in place the resolver never looks for another build of it.
$(STAMPS)/torch: constraints.txt | $(STAMPS)/venv
	$(call timed,torch,$(PIP) install -c constraints.txt $(TORCH))
	@touch $@

$(STAMPS)/run: pyproject.toml constraints.txt $(STAMPS)/torch
	$(call timed,pincite and what it needs,$(PIP) install -c constraints.txt -e .)
	@touch $@

$(STAMPS)/dev: pyproject.toml constraints.txt $(STAMPS)/torch
	$(call timed,pincite and the tools of its developers,$(PIP) install -c constraints.txt -e '$(DEV)')
	@touch $(STAMPS)/run $(STAMPS)/compile $@

# For one test, and no part of the project (MPL 2.0). Where there is no npm, or it finds nothing, the test says so.
$(STAMPS)/axe: | $(STAMPS)/venv
	@if command -v npm > /dev/null; then npm install --prefix $(VENV)/axe --no-save --ignore-scripts --no-audit --no-fund \
	axe-core@4.10.3 > /dev/null 2>&1 || echo "axe-core could not be fetched: its test is skipped"; fi
	@touch $@

$(STAMPS)/compile: pyproject.toml constraints.txt $(STAMPS)/torch
	$(call timed,pincite and what compiles models,$(PIP) install -c constraints.txt -e '.[compile]')
	@touch $(STAMPS)/run $@

# What Pincite is measured beside lives in an environment of its own: it brings packages that nothing else here needs.
PEERS := $(VENV)/peers
PEERS_PIP := $(PEERS)/bin/python -m pip --disable-pip-version-check $(if $(CI),--quiet)
$(STAMPS)/peers: pyproject.toml constraints.txt | $(STAMPS)/venv
	$(call timed,environment for the peers,$(PYTHON) -m venv $(PEERS) && $(PEERS_PIP) install -c constraints.txt $(TORCH))
	$(call timed,peers,$(PEERS_PIP) install -c constraints.txt -e '.[peers]')
	@touch $@

# What `pip install .` takes, as wheels: tests/house/test_wheel.py installs from them, without a network, in an empty
# environment. torch stands first, at its one version, for the reason above; it is fetched from the cache of pip. Wheels
# of earlier pins go first: the folder is what is measured.
WHEELS := $(VENV)/wheels
$(STAMPS)/wheels: pyproject.toml constraints.txt $(STAMPS)/torch
	@rm -rf $(WHEELS)
	$(call timed,wheels of what pincite needs,$(PIP) wheel --quiet -c constraints.txt -w $(WHEELS) $(TORCH) . && rm $(WHEELS)/pincite-*.whl)
	@touch $@

# ---------------------------------------------------------------- use

.PHONY: chat
chat: $(STAMPS)/run ## set up and open the chat on the sample documents (ARGS="my/folder --port 7861")
	@exec $(VENV)/bin/pincite chat $(ARGS)

.PHONY: eval
eval: $(STAMPS)/run ## measure answers against gold questions, the samples' or yours (ARGS="--squad FILE --sample 200")
	@$(OFFLINE) $(VENV)/bin/pincite eval $(ARGS)

.PHONY: models
models: $(STAMPS)/compile ## compile the models that ship (ENCODER=folder READER=folder)
	$(OFFLINE) $(PY) -m qa.models.compiling $(if $(ENCODER),--encoder "$(ENCODER)") $(if $(READER),--reader "$(READER)")

.PHONY: base
base: $(STAMPS)/run ## fetch and check the model that the reader is trained from (ARGS="--to FOLDER")
	@$(PY) -m eval.training.base $(ARGS)

.PHONY: train
train: $(STAMPS)/compile ## train the reader, an hour or more (ARGS="--data DIR --base FOLDER --work FOLDER --to FOLDER")
	@$(OFFLINE) $(PY) -m eval.training.command $(ARGS)

.PHONY: bench
bench: $(STAMPS)/compile ## measure speed beside others, some ten minutes (ARGS="--write docs/benchmarks.md")
	$(OFFLINE) $(PY) -m eval.bench.benchmarks $(ARGS)

.PHONY: bench-scale
bench-scale: $(STAMPS)/run ## measure size and speed from 10^3 to 10^6 passages (ARGS="--data DIR --write docs/scale.md")
	$(OFFLINE) $(PY) -m eval.bench.scale $(ARGS)

.PHONY: peers
peers: $(STAMPS)/peers ## measure Pincite beside Haystack, txtai and a plain reader (READER=folder ARGS="--sample 100")
	$(OFFLINE) $(PEERS)/bin/python -m eval.bench.peers $(if $(READER),--reader "$(READER)") $(ARGS)

.PHONY: attack
attack: $(STAMPS)/run ## attack a chat that is started for it (ARGS="--short", "--write docs/security.md")
	$(OFFLINE) $(PY) -m eval.bench.attack $(ARGS)

.PHONY: load
load: $(STAMPS)/run ## ask a chat that is started for it as 1, 8, 32 and 128 clients (ARGS="--seconds 10 --workers 2")
	$(OFFLINE) $(PY) -m eval.bench.load $(ARGS)

# ---------------------------------------------------------------- checks

.PHONY: test
test: $(STAMPS)/dev $(STAMPS)/wheels $(STAMPS)/axe ## set up, then lint, format, types, tests and gold questions, each with its time (ARGS="-k name": no gold)
	$(call timed,lint,$(PY) -m ruff check .)
	$(call timed,format,$(PY) -m ruff format --check .)
	$(call timed,types,$(PY) -m mypy --strict)
	$(call timed,tests,$(OFFLINE) $(PY) -m pytest -q -n auto --maxprocesses 4 --dist loadfile --durations=10 $(ARGS))
	$(if $(ARGS),,$(call timed,gold questions,$(OFFLINE) $(PY) -m eval --against eval/baseline.json))

.PHONY: test-long
test-long: $(STAMPS)/dev ## the tests of crashes and of damage with many more: 200 kills, 400 flipped bytes in each file; writes docs/living-index.md
	$(call timed,200 kills and 400 flips a file,$(OFFLINE) $(PY) docs/long_tests.py docs/living-index.md $(ARGS))

.PHONY: lint
lint: $(STAMPS)/dev ## ruff's rules
	$(PY) -m ruff check .

.PHONY: format
format: $(STAMPS)/dev ## rewrite the sources in the project's format
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

.PHONY: types
types: $(STAMPS)/dev ## mypy, strict
	$(PY) -m mypy --strict

# ---------------------------------------------------------------- upkeep

# Pins from an empty environment, so that nothing enters by accident. A local version ("+cpu") names a build that not
# every index has, so it is left off: "==2.13.0" takes any build of 2.13.0.
.PHONY: constraints
constraints: ## write constraints.txt anew from the ranges in pyproject.toml
	@fresh=$$(mktemp -d); trap 'rm -rf "$$fresh"' EXIT; \
	$(PYTHON) -m venv "$$fresh/venv"; \
	$(PYTHON) -c 'import tomllib; p = tomllib.load(open("pyproject.toml", "rb"))["project"]; e = p["optional-dependencies"]; \
	extras = ("dev", "compile", "ocr", "office", "langchain", "llama-index", "haystack"); \
	print(*p["dependencies"], *(each for extra in extras for each in e[extra]), sep="\n")' > "$$fresh/wanted.txt"; \
	"$$fresh/venv/bin/python" -m pip --quiet install $(TORCH); \
	"$$fresh/venv/bin/python" -m pip --quiet install -r "$$fresh/wanted.txt"; \
	{ sed -n '/^#/p' constraints.txt; "$$fresh/venv/bin/python" -m pip freeze | sed 's/+[a-z0-9.]*$$//'; } > "$$fresh/pins.txt"; \
	mv "$$fresh/pins.txt" constraints.txt

.PHONY: sizes
sizes: $(STAMPS)/dev $(STAMPS)/wheels ## measure what is downloaded and installed, into the README
	$(PY) docs/sizes.py $(WHEELS) README.md

.PHONY: clean
clean: ## remove everything that was made here: .venv, caches, builds
	rm -rf $(VENV) build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
