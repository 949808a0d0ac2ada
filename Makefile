# `make` alone lists what it can do.

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup run test soak lint format lock browser

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: ## set up both Python environments; does nothing where they are up to date
	@test -n "$(PYTHON)" || { echo "Jauap needs Python 3.11 or newer: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) deploy/setup.py

run: setup ## set up, train and build what is out of date, and start on 127.0.0.1:8000
	@exec $(BIN)/jauap run

test: setup browser ## run every test
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder --durations 20

soak: setup ## kill the service and Rasa at random under 10 000 messages, for about an hour; docs/reliability.md
	@$(BIN)/python -m tests.e2e.crash --messages 10000 --record docs/reliability.md

browser:
	@sh deploy/browser.sh

lint: setup ## check formatting, style, types and import rules
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: setup ## format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: setup ## resolve the locked versions anew
	@$(BIN)/uv pip compile pyproject.toml --extra service --extra dev --python-version 3.11 --universal \
		--generate-hashes --no-annotate --quiet --custom-compile-command "make lock" -o requirements/service.lock
	@$(BIN)/uv pip compile pyproject.toml --extra rasa --python .venv-rasa/bin/python --python-version 3.10 --universal \
		--generate-hashes --no-annotate --quiet --custom-compile-command "make lock" -o requirements/rasa.lock
