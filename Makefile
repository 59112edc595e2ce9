# Everything a contributor runs. `make` alone lists it. Needs Python 3.11 or newer, pip, git and make.
.DEFAULT_GOAL := help
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help
help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  \033[1m%-8s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: .env-run ## Make a skill from sample posts; or JOB=name [LANGUAGE=de] [POSTS=file] [PLATFORM=x] [PORT=n]
	@python -m demo $(if $(JOB),--job "$(JOB)") $(if $(LANGUAGE),--language "$(LANGUAGE)") $(if $(POSTS),--posts "$(POSTS)") $(if $(PLATFORM),--platform "$(PLATFORM)") $(if $(PORT),--port "$(PORT)")

.PHONY: up
up: .env-run ## Run the whole mesh until Ctrl-C [PORT=8080]
	@manusmesh up --port "$(or $(PORT),8080)"

.PHONY: down
down: .env-run ## Stop the mesh that `up` started
	@manusmesh down

.PHONY: test
test: check ## Run the checks and every layer of tests, with coverage
	@rm -f .coverage .coverage.*
	pytest --cov --cov-report=term:skip-covered $(ARGS)

.PHONY: check
check: env ## Lint, types, protos, imports, generated code, lock files
	ruff check --quiet
	ruff format --check --quiet
	mypy --no-error-summary
	buf lint
	buf format --diff --exit-code
	tools/check_breaking.sh
	lint-imports --no-logo
	tools/check_generated.sh
	python tools/check_lock.py
	python tools/configuration.py --check

.PHONY: format
format: env ## Format the code and the protos
	ruff check --quiet --fix-only
	ruff format --quiet
	buf format --write

.PHONY: protos
protos: env ## Write gen/ from protos/
	tools/generate.sh

.PHONY: bench
bench: env ## Measure latency and throughput beside a bare floor
	@python -m bench $(ARGS)

.PHONY: chaos
chaos: env ## Kill, freeze and cut off processes under load, and judge what came of it
	@python -m chaos $(ARGS)

.PHONY: eval
eval: ## Hold the measures of texts against human judgement [DATA=folder of data sets]
	@test -n "$(DATA)" || { echo "make eval: name the folder of the data sets, DATA=…; docs/quality.md says which" >&2; exit 2; }
	@tools/env.sh eval
	@python -m tools.evals --data "$(DATA)" --out docs/quality.md $(ARGS)

.PHONY: encoder
encoder: ## Build the encoder that MESH_ENCODER may name
	@tools/env.sh encoder
	@echo "MESH_ENCODER=$(CURDIR)/.venv/share/manusmesh/encoder-1.onnx"

.PHONY: lock
lock: env ## Pin the dependencies anew [ARGS=--upgrade]
	tools/lock.sh $(ARGS)

.PHONY: env
env: ## Make or update .venv with everything (the other targets call it)
	@tools/env.sh dev

# What running the mesh needs: a subset of env, installed in half the time.
.PHONY: .env-run
.env-run:
	@tools/env.sh run
