# `make up` and `make test` are all that a newcomer needs. Environments are made when first asked
# for, from hashed locks, with byte-compiled packages so that the first start is not the slow one.
PYTHON ?= python3.11
BIN := .venv/bin
UV := $(BIN)/uv pip install --quiet --compile-bytecode --require-hashes
# Two workers, a module of tests at a time, in the order that tests/conftest.py chooses.
PYTEST := $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

.PHONY: help up build test test-fast test-faults test-spark spark lint format bench bench-dashboards bench-scale \
  production test-production screenshots audit docs lock clean environments

help: ## Show what there is.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

up: environments ## Build when needed, start the dashboards and the run history.
	@$(BIN)/barometer up

build: .venv/.pipeline ## Build a release from all surveys.
	@$(BIN)/barometer build

test: .venv/.dev .venv-superset/.installed ## The whole test suite, but for a build on Spark.
	@$(PYTEST) -m "not spark and not production"

test-fast: .venv/.dev ## Tests that need no build, no server and no R.
	@$(PYTEST) -m unit

test-faults: .venv/.dev .venv-superset/.installed ## A hundred kills, ten thousand reads, every attack; prints how many.
	@$(BIN)/pytest -n0 -q --faults many tests/faults tests/dashboards/test_push.py \
	  tests/dashboards/test_attack_list_live.py tests/dashboards/test_attacks_live.py

spark: .venv-spark/.installed ## Install Spark, for `barometer build --engine spark`.

test-spark: .venv/.dev .venv-spark/.installed ## Build on a Spark cluster of this machine; its marts are DuckDB's.
	@BAROMETER_REQUIRE=spark $(BIN)/pytest tests/spark

production: environments .venv/.production .venv-superset/.production ## Install what PostgreSQL, Redis and S3 need.

test-production: .venv/.dev .venv-superset/.installed .venv/.production .venv-superset/.production .venv-production-test/.installed ## Run the production profile of this machine: PostgreSQL, Redis, an S3, the queue.
	@BAROMETER_REQUIRE=production $(BIN)/pytest tests/deploy

lint: .venv/.dev ## Style, types, imports and SQL.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@find dbt_project/models -name '*.py' -exec $(BIN)/mypy {} +
	@$(BIN)/lint-imports --no-cache --no-logo
	@$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar dbt_project/models

format: .venv/.dev ## Put code in the house style.
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/sqlfluff fix --disable-progress-bar dbt_project/models

bench: .venv/.bench ## Print speed: files to raw in seconds, the rest as ratios.
	@$(BIN)/python benchmarks/read.py
	@$(BIN)/python benchmarks/estimates.py
	@$(BIN)/python benchmarks/models.py
	@$(BIN)/python benchmarks/scales.py
	@$(BIN)/python benchmarks/build.py

bench-dashboards: .venv/.dev .venv-superset/.installed ## How long a reader waits, alone and with twenty.
	@$(BIN)/python -m benchmarks.dashboards

bench-scale: .venv/.dev .venv-spark/.installed ## Time, memory and disk of a build as answers grow, beside a plain GROUP BY.
	@$(BIN)/python -m benchmarks.scale
	@$(BIN)/python -m benchmarks.scale --respondents 30000 --waves 1 --spark

screenshots: .venv/.dev .venv-superset/.installed ## Take a picture of every page, at every width, in .artifacts/.
	@$(BIN)/python -m tests.dashboards.screenshots

audit: .venv-audit/.installed ## Known faults of what is pinned, secrets, people; a bill of materials in .artifacts/.
	@.venv-audit/bin/python requirements/audit.py

docs: .venv/.docs ## Build the documentation site, with the dbt docs.
	@$(BIN)/barometer docs

lock: .venv/.bootstrap ## Lock the requirements again.
	@for name in bootstrap superset audit spark production-test; do \
	  $(BIN)/uv pip compile -q --python-version 3.11 --generate-hashes \
	    requirements/$$name.in -o requirements/$$name.txt; done
	@$(BIN)/uv pip compile -q --python-version 3.11 --generate-hashes \
	  --extra build pyproject.toml -o requirements/pipeline.txt
	@for name in production production-superset; do \
	  $(BIN)/uv pip compile -q --python-version 3.11 --generate-hashes \
	    requirements/$$name.in -o requirements/$$name.txt; done
	@$(BIN)/uv pip compile -q --python-version 3.11 --generate-hashes \
	  --extra docs -c requirements/pipeline.txt pyproject.toml -o requirements/docs.txt
	@$(BIN)/uv pip compile -q --python-version 3.11 --generate-hashes \
	  --extra build --extra docs --extra dev -c requirements/docs.txt pyproject.toml \
	  -o requirements/dev.txt
	@$(BIN)/uv pip compile -q --python-version 3.11 --generate-hashes \
	  --extra bench -c requirements/dev.txt pyproject.toml -o requirements/bench.txt

clean: ## Remove everything that was made; confidential files under data/ stay.
	@rm -rf .venv .venv-superset .venv-audit .venv-spark .venv-production-test .barometer .artifacts dbt_project/target dbt_project/logs

environments:
	@$(MAKE) .venv/.bootstrap
	@$(MAKE) -j2 .venv/.pipeline .venv-superset/.installed

.venv/.bootstrap: requirements/bootstrap.txt
	@echo "Making the environment .venv"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	  --requirement requirements/bootstrap.txt 2>.venv/pip.log || { cat .venv/pip.log; exit 1; }
	@touch $@

.venv/.pipeline: requirements/pipeline.txt pyproject.toml | .venv/.bootstrap
	@echo "Installing the pipeline"
	@$(UV) --python $(BIN)/python -r requirements/pipeline.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.docs: requirements/docs.txt | .venv/.pipeline
	@echo "Installing the tools for the documentation"
	@$(UV) --python $(BIN)/python -r requirements/docs.txt
	@touch $@

.venv/.dev: requirements/dev.txt | .venv/.pipeline
	@echo "Installing the tools for tests"
	@$(UV) --python $(BIN)/python -r requirements/dev.txt
	@touch $@

.venv/.bench: requirements/bench.txt | .venv/.dev
	@echo "Installing what is compared with"
	@$(UV) --python $(BIN)/python -r requirements/bench.txt
	@touch $@

.venv-superset/.installed: requirements/superset.txt | .venv/.bootstrap
	@echo "Installing Superset"
	@$(PYTHON) -m venv --without-pip .venv-superset
	@$(UV) --python .venv-superset/bin/python -r requirements/superset.txt
	@touch $@

# These add to an environment, and change nothing of what is locked there.
.venv/.production: requirements/production.txt | .venv/.pipeline
	@echo "Installing what production adds to the pipeline"
	@$(UV) --python $(BIN)/python -r requirements/production.txt
	@touch $@

.venv-superset/.production: requirements/production-superset.txt | .venv-superset/.installed
	@echo "Installing what production adds to Superset"
	@$(UV) --python .venv-superset/bin/python -r requirements/production-superset.txt
	@touch $@

.venv-production-test/.installed: requirements/production-test.txt | .venv/.bootstrap
	@echo "Installing what production is tested with"
	@$(PYTHON) -m venv --without-pip .venv-production-test
	@$(UV) --python .venv-production-test/bin/python -r requirements/production-test.txt
	@touch $@

.venv-spark/.installed: requirements/spark.txt | .venv/.bootstrap
	@echo "Installing Spark"
	@$(PYTHON) -m venv --without-pip .venv-spark
	@$(UV) --python .venv-spark/bin/python -r requirements/spark.txt
	@touch $@

.venv-audit/.installed: requirements/audit.txt | .venv/.bootstrap
	@$(PYTHON) -m venv --without-pip .venv-audit
	@$(UV) --python .venv-audit/bin/python -r requirements/audit.txt
	@touch $@
