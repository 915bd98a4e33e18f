# Each target does all its set-up itself, from a bare Python 3.11 or newer.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

# Many a test starts the bot as a process: what one has compiled the next ones take, wherever this is switched off.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: setup story test long chaos invariants lint lock texts

setup: $(READY)

$(READY): requirements-dev.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; set PYTHON=...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(READY)

story: $(READY)
	$(BIN)/obproxy-bot story

test: $(READY)
	$(BIN)/python -m pytest -n 3 --dist worksteal  # four starve the stories on two cores

# What takes minutes: crowds of requests on several replicas, hours of outages.
long: $(READY)
	$(BIN)/python -m pytest -m long -s

# Kills the bot at every commit and call and writes the table in docs/reliability.md.
chaos: $(READY)
	$(BIN)/python -W "ignore:XDG_RUNTIME_DIR is not set" -m tests.chaos

# Every promise of the design with its tests; fails if one that is due is not proven.
invariants: $(READY)
	$(BIN)/python -m tests.invariants -n 4 --dist worksteal

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Pins every dependency with its hashes, without naming a registry.
lock: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --output-file requirements.lock pyproject.toml
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

# The catalogue that translations start from.
texts: $(READY)
	$(BIN)/pybabel --quiet extract --no-location --sort-output --omit-header --keywords N_ --keywords Counted:1,2 --output-file bot/locale/bot.pot bot
