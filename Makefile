# The named commands. Each is a line or two: read them instead of remembering them.
PYTHON ?= python
HTML   ?= docs/_build/html

.PHONY: check lint types imports generated test quick slow docs fix

check: lint types imports generated  # everything that runs no test

lint:
	ruff check .
	ruff format --check .

types:
	mypy

imports:
	lint-imports

generated:
	$(PYTHON) docs/generate.py --check

test: quick slow  # all tests

quick:
	pytest

slow:
	pytest -m slow

docs:  # the documentation; a warning is an error
	sphinx-build -q -W --keep-going -b html docs $(HTML)

fix:  # whatever can be repaired without thinking
	ruff check --fix .
	ruff format .
	$(PYTHON) docs/generate.py
