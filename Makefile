# make demo    set up what is needed and turn a script into an episode: demo/the-lily-pod.mp3
# make run     open the studio
# make test    every test
# make explore tests on random examples, five times as many, other ones each time
# make check   formatting, lint, types, import rules and the quick tests (QUICK=no leaves these out)

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check -q install -c packaging/constraints.txt
DEMO   := demo/the-lily-pod.mp3

.PHONY: demo run test explore check bench clean

demo: $(VENV)/.runtime
	@mkdir -p demo
	@$(BIN)/dia-studio render resources/demo/the-lily-pod.txt -o $(DEMO)
	@echo "Open the studio with: make run"

run: $(VENV)/.runtime
	@$(PYTHON) packaging/system_check.py window
	@$(BIN)/dia-studio

test: $(VENV)/.dev
	@$(PYTHON) packaging/system_check.py offscreen
	@$(BIN)/python -m pytest -n 2 --dist worksteal

explore: $(VENV)/.dev
	@$(PYTHON) packaging/system_check.py offscreen
	@DIA_STUDIO_TEST_PROFILE=explore $(BIN)/python -m pytest -n 2 --dist worksteal --timeout 1200 tests/core tests/store tests/audio tests/dia_engine

check: $(VENV)/.dev
	@$(PYTHON) packaging/system_check.py offscreen
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@test "$(QUICK)" = no || $(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow"

bench: $(VENV)/.dev
	@for program in tests/benchmarks/bench_*.py; do echo "$$program"; QT_QPA_PLATFORM=offscreen $(BIN)/python $$program || exit 1; done

clean:
	rm -rf $(VENV) demo build dist

$(VENV)/.python: packaging/system_check.py
	@$(PYTHON) packaging/system_check.py python
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.runtime: $(VENV)/.python pyproject.toml packaging/constraints.txt
	@echo "Installing what the studio needs (about a minute the first time) …"
	@$(PIP) -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime
	@echo "Installing what the tests need …"
	@$(PIP) -e ".[dev]"
	@touch $@
