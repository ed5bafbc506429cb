.PHONY: bench nightly compare test check engine setup lock clean

bench: setup  ## set up what is missing, measure, write the HTML report
	@.venv/bin/bzt taurus.yml

nightly: setup  ## compare the newest DIRAC with the reference and with last night's; modules.rss-nightly in docs/settings.md
	@.venv/bin/rssbench nightly

compare: setup  ## compare the builds BASE and HEAD, with a pull request's comment; more options in OPTIONS
	@.venv/bin/rssbench compare "$$BASE" "$$HEAD" --comment results/comment.md $(OPTIONS)

# the order of the real-stack tests, so that a failure can be repeated; another: make test ORDER=$$RANDOM
ORDER ?= 3635677413

# containers are tested where an engine answers; REQUIRE=--require-containers fails where none does
REQUIRE ?=

test:  ## set up what is missing, check, run the tests with a real stack
	@./setup.sh test
	@$(MAKE) --no-print-directory check
	@.venv/bin/python -m pytest -m stack --require-stack $(REQUIRE) --randomly-seed=$(ORDER) --durations=25

check: setup  ## format, lint, types, import rules, fast tests
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@.venv/bin/python -m pytest -m "not stack" -q -n auto

engine:  ## a container engine and the base of the images: as root, install and start one where none answers
	@docker/engine.sh

setup:  ## system packages (as root), .venv, the default build of DIRAC
	@./setup.sh

lock:  ## pin the newest packages that fit pyproject.toml
	@.venv/bin/uv pip compile --quiet --no-header --no-annotate --python-version 3.11 --group dev --upgrade pyproject.toml -o requirements.txt

clean:  ## remove what set-up and tests left in this folder; results stay
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
