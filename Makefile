# `make run` and `make test` need nothing on the machine but python3 (3.11 or later) and make.
PORT ?= 8000
PYTHON ?= python3
BIN := .venv/bin

.PHONY: install run serve worker celery test lint format bench static

install: .venv/installed

.venv/installed: requirements.lock
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $@

run: install
	@PORT=$(PORT) sh bin/run

serve: install
	$(BIN)/python manage.py collectstatic --no-input --verbosity 0
	$(BIN)/granian --interface wsgi --host 0.0.0.0 --port $(PORT) --workers $${WORKERS:-2} cxmanager.wsgi:application

worker: install
	$(BIN)/python manage.py work

# One process that is worker, clock and sweeper. docs/operators.md says how to start more workers, and Beat once beside them.
celery: install
	$(BIN)/celery -A jobs worker --beat --concurrency $${CONCURRENCY:-4}

test: install
	sh bin/test

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/djlint --check --lint --quiet templates
	$(BIN)/python manage.py makemigrations --check --dry-run

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	-$(BIN)/djlint --reformat --quiet templates

bench: install
	$(BIN)/python -m bench

# Only for who changes the condition builder: it needs Node.js 20 or later and npm, and what it builds is committed.
static:
	cd frontend/condition-builder && npm ci --ignore-scripts --no-audit --no-fund && npm test && npm run build
