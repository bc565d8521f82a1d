# `make` lists the targets. Variables: BOARD=stm32l475, ARGS="further options for pytest", SECONDS=600 of fuzzing,
# PYTHON=/path/to/python3.
BOARD ?= stm32l475
ARGS ?=
SECONDS ?= 600
PYTHON ?=

export PYTHON

bin = .venv/bin
cpp_sources = $$(find firmware tests -name .pio -prune -o \( -name '*.cpp' -o -name '*.c' -o -name '*.h' \) -print)

# The tests of one file share what they start: a process takes whole files.
SPREAD = -n auto --dist=loadfile -o harness_board=

.DEFAULT_GOAL = help
.PHONY: help setup setup-test bench test test-all fuzz lint format doctor clean

help:
	@echo 'make bench     measure every suite on BOARD=$(BOARD) and print the tables'
	@echo 'make test      check the code and run the tests, but for the slow ones'
	@echo 'make test-all  the same with the slow ones'
	@echo 'make fuzz      feed hostile models to the engine for SECONDS=$(SECONDS)'
	@echo 'make lint      check the code: ruff, mypy, clang-format'
	@echo 'make format    put the code in its form'
	@echo 'make setup     install what a run needs; bench and test do it by themselves'
	@echo 'make doctor    list what this machine has and lacks'
	@echo 'make clean     remove what was built and installed in this folder'

setup:
	@harness/setup/bootstrap.sh

setup-test:
	@harness/setup/bootstrap.sh --for test

bench: setup
	$(bin)/pytest suites --board=$(BOARD) $(ARGS)

test: lint
	$(bin)/pytest tests -m 'not slow' $(SPREAD) $(ARGS)

test-all: lint
	$(bin)/pytest tests $(SPREAD) $(ARGS)

fuzz: setup-test
	PYTHONPATH=tests $(bin)/python -m fuzz.campaign $(SECONDS)

lint: setup-test
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy
	clang-format --dry-run -Werror $(cpp_sources)

format: setup-test
	$(bin)/ruff check --fix .
	$(bin)/ruff format .
	clang-format -i $(cpp_sources)

doctor:
	@if [ -x $(bin)/python ]; then $(bin)/python -m harness.setup --check; else harness/setup/bootstrap.sh --check; fi

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .pio build dist firmware/.pio
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
