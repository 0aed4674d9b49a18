# Every target is one command of scripts/dev.py; without make: python3 scripts/dev.py run
PYTHON ?= python3
ARGS ?=

.PHONY: run setup demo test test-all check bench compiled test-compiled kill-test mutants fuzz lock

run setup demo test test-all check bench compiled test-compiled kill-test mutants fuzz lock:
	@$(PYTHON) scripts/dev.py $@ $(ARGS)
