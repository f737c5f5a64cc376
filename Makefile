# Every command of the project. `make` alone lists them; a line's text after ## is its help.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
CODE := contracts chassis services onewindow chaos
# Parallel tests: each worker has a database server of its own. `make test PARALLEL=` runs them one by one.
PARALLEL ?= -n 2 --dist loadfile
# Passed on to pytest, for example: make test ARGS="tests/chassis -k relay"
ARGS ?=

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup run test bench chaos secrets up down test-compose check format lock generate clean

help: ## list what can be done
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

setup: $(STAMP) ## make .venv and install the locked packages (skipped while the locks are unchanged)

$(STAMP): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; name one with: make setup PYTHON=python3.11" >&2; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --require-hashes --requirement requirements-dev.lock
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

run: setup ## everything on port 8000 (ONEWINDOW_PORT) with a small demonstration county; Ctrl-C stops it
	@exec $(BIN)/onewindow run

test: setup ## all tests; what is skipped is listed with its reason
	$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

chaos: setup ## break a county of four processes in every way while people use it; SEED=n repeats a run
	$(BIN)/python -m chaos $(if $(SEED),--seed $(SEED)) $(ARGS)

bench: setup ## every figure of performance against its goal, in interleaved rounds; BENCH_ROUNDS, BENCH_SECONDS, ARGS="--only W1"
	$(BIN)/python -m benchmarks $(ARGS)

secrets: ## make the secrets of the containers, those that are missing, in deploy/secrets
	deploy/secrets.sh

up: .env secrets ## the county in containers: Kafka, PostgreSQL and the four services on ports 8001 to 8004
	docker compose up --build --detach --wait

down: ## stop and remove the containers; all data stay in their volumes
	docker compose down

.env:
	cp .env.example .env

test-compose: setup ## bring the containers up for real, drive a case through them, stop and kill some (minutes)
	ONEWINDOW_TEST_COMPOSE=always $(BIN)/python -m pytest tests/compose $(ARGS)

check: setup ## formatting, lint, types, imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## put the code into its standard form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: setup ## pick package versions anew: both lock files, with hashes and without index addresses
	$(BIN)/python -m uv pip compile $(LOCK_OPTIONS) --output-file requirements.lock pyproject.toml
	$(BIN)/python -m uv pip compile $(LOCK_OPTIONS) --output-file requirements-dev.lock \
	  --constraint requirements.lock --group dev pyproject.toml

LOCK_OPTIONS := --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
  --no-emit-index-url --no-header --no-annotate

generate: setup ## write the generated contracts and pages anew
	$(BIN)/python -m contracts.generate

clean: ## remove what was built; data of runs stays
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find $(CODE) tests -type d -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true
