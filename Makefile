# Everything happens in .venv: `make demo` fills it with the light environment, `make env` and
# `make test` with the full one, and .venv/peers with those that the bench runs beside ours. A stamp
# says for which requirements each was filled.

# The first Python that is new enough, looked for once and only where it is needed.
FIND_PYTHON = for python in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && \
	{ echo $$python; break; }; done
PYTHON ?= $(eval PYTHON := $(shell $(FIND_PYTHON)))$(PYTHON)

# uv does not read pip's variable for a folder of wheels.
export UV_FIND_LINKS ?= $(PIP_FIND_LINKS)
# Without a compiler torch must not try to compile.
export NO_TORCH_COMPILE ?= 1

BIN := .venv/bin
UV := $(BIN)/uv --quiet
LIGHT := .venv/light.stamp
FULL := .venv/full.stamp
# Pipecat's pins would take protobuf and soxr back: it lives by itself.
PIPECAT := .venv/peers/pipecat
PEERS := $(PIPECAT).stamp
COMPILE := uv --quiet pip compile --no-emit-index-url --no-emit-find-links --no-header \
	--no-annotate --python-version 3.11

# Debian packages that a test needs, and a file or a command of each.
SYSTEM := chromium:chromium postgresql:pg_ctlcluster pulseaudio:pulseaudio \
	pulseaudio-utils:pacat libportaudio2:/usr/lib/*/libportaudio.so.2 \
	libasound2-plugins:/usr/lib/*/alsa-lib/libasound_module_pcm_pulse.so

.DEFAULT_GOAL := help
.PHONY: help demo env test check lint types bench system pins clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(if $(wildcard $(FULL)),$(FULL),$(LIGHT)) ## set up the light environment and run the demonstration call
	@$(BIN)/kairos demo

env: $(FULL) $(PEERS) ## set up the full environment: torch for the CPU, the developer's tools, Pipecat
	@echo "kairos is $(BIN)/kairos"

test: $(FULL) $(PEERS) system ## set up the full environment and run every test (ARGS=... goes to pytest)
	@echo "pytest, what needs the machine for itself"
	@$(BIN)/python -m pytest -q -m alone $(ARGS) || test $$? = 5
	@$(BIN)/python -m pytest -n auto -m "not alone" $(ARGS)

check: lint types test ## lint, types and every test

lint: $(FULL) ## ruff: rules and format
	@echo "ruff" && $(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet .

types: $(FULL) ## mypy, strict
	@echo "mypy" && $(BIN)/mypy

bench: $(FULL) ## the benchmarks in tests/benchmarks
	@for bench in $(notdir $(basename $(wildcard tests/benchmarks/[a-z]*.py))); do \
		$(BIN)/python -m tests.benchmarks.$$bench || exit 1; done

$(BIN)/uv:
	@test -n "$(PYTHON)" || { echo "make: Python 3.11 or newer is missing" >&2; exit 2; }
	@$(PYTHON) -m venv --clear .venv || { echo "make: $(PYTHON) cannot make environments; on Debian: apt-get install python3-venv" >&2; exit 2; }
	@$(BIN)/python -m pip --quiet install "uv>=0.5" || { echo "make: pip cannot install uv" >&2; exit 2; }

$(LIGHT): pyproject.toml requirements/light.txt | $(BIN)/uv
	@echo "setting up .venv (light)"
	@$(UV) pip install --python $(BIN)/python -r requirements/light.txt -e '.[embedded]'
	@touch $@

$(FULL): pyproject.toml requirements/full.txt requirements/overrides.txt | $(BIN)/uv
	@echo "setting up .venv (full)"
	@$(UV) pip install --python $(BIN)/python --overrides requirements/overrides.txt \
		-r requirements/full.txt -e '.[all,dev]'
	@touch $@ $(LIGHT)

$(PEERS): requirements/pipecat.txt | $(BIN)/uv
	@echo "setting up $(PIPECAT)"
	@$(BIN)/python -m venv --clear --without-pip $(PIPECAT)
	@$(UV) pip install --python $(PIPECAT)/bin/python -r requirements/pipecat.txt
	@touch $@

system:
	@missing=""; for one in $(SYSTEM); do \
		command -v "$${one#*:}" >/dev/null || ls $${one#*:} >/dev/null 2>&1 || \
		missing="$$missing $${one%%:*}"; done; \
	test -z "$$missing" && exit 0; \
	if test "$$(id -u)" = 0 && command -v apt-get >/dev/null; then \
		echo "installing$$missing"; \
		{ apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $$missing; } >.venv/system.log 2>&1 \
			|| { echo "make: apt-get could not install$$missing; see .venv/system.log" >&2; exit 2; }; \
	else echo "make: the tests need$$missing (apt-get install$$missing)" >&2; exit 2; fi

pins: $(FULL) $(PEERS) ## renew requirements/*.txt from pyproject.toml (Python 3.11, torch for the CPU)
	@$(BIN)/$(COMPILE) pyproject.toml --upgrade --universal --extra embedded -o requirements/light.txt
	@$(BIN)/$(COMPILE) pyproject.toml --upgrade --extra all --extra dev \
		--overrides requirements/overrides.txt -o requirements/full.txt
	@sed -i 's/+cpu$$//' requirements/full.txt
	@grep '^pipecat-ai==' requirements/pipecat.txt | \
		$(BIN)/$(COMPILE) - --upgrade -o .venv/pipecat.txt
	@mv .venv/pipecat.txt requirements/pipecat.txt

clean: ## remove the environment, caches and outputs
	@rm -rf .venv out dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
