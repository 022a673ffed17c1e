# make demo     run the whole pipeline on this machine, no AWS account needed
# make test     lint, types, import contracts, all tests, the benchmarks' self-checks
# make bench    validator, image checks and evaluation beside other ways; over an hour
# make soak     long searches and the load test; about an hour
# make deploy   deploy the app to your AWS account; ENV=staging deploys a second pipeline
PYTHON ?= python3
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$(PATH)
export CDK_DISABLE_CLI_TELEMETRY := true
export CDK_DISABLE_VERSION_CHECK := 1
CDK := cdk --no-notices --no-version-reporting

.PHONY: help setup demo test bench soak check bootstrap deploy synth diff destroy clean

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

setup: .venv/installed

.venv/installed: requirements.txt requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one with make PYTHON=python3.13"; exit 1; }
	@echo "Installing into .venv (once; about two minutes)"
	@$(PYTHON) -m venv .venv
	@.venv/bin/pip install --quiet --disable-pip-version-check -r requirements-dev.txt -e .
	@touch $@

node_modules/installed: package.json package-lock.json .npmrc | .venv/installed
	@npm ci --silent
	@touch $@

demo: .venv/installed
	@gt-train demo $(if $(MANIFEST),--manifest "$(MANIFEST)") $(if $(IMAGES),--images "$(IMAGES)") \
		$(if $(FILL_IMAGES),--fill-images)

check: .venv/installed
	ruff format --check .
	ruff check .
	mypy
	lint-imports --no-cache

test: check node_modules/installed
	python -m benchmarks.validate_manifest.compare --check
	python -m benchmarks.check_images.compare --check
	python -m benchmarks.evaluate.compare --check
	pytest -n 3 --dist loadscope

bench: .venv/installed
	python -m benchmarks.validate_manifest.compare --lines 100000 --rounds 7
	python -m benchmarks.validate_manifest.compare --lines 1000000 --rounds 7 \
		--only json_same_checks notebook
	python -m benchmarks.validate_manifest.compare --lines 400000 --rounds 7 --s3
	python -m benchmarks.check_images.compare --images 20000
	python -m benchmarks.check_images.compare --images 20000 --latency 0.03
	python -m benchmarks.check_images.compare --images 100000 --rounds 1 --only these_checks
	python -m benchmarks.evaluate.compare

soak: .venv/installed
	PROTOCOL_RUNS=250000 pytest -n 2 tests/protocol
	HYPOTHESIS_PROFILE=searching pytest -n 2 tests/unit
	EVALUATION_RUNS=20000 pytest -n 2 tests/unit/evaluation/test_against_pycocotools.py
	pytest -m soak -s

# The text of ARGS goes to the shell as it was given: make would take a $ in it for one of its own.
CDK_ARGUMENTS = $(if $(ENV),-c stack=$(ENV)) $(value ARGS)

deploy: .venv/installed node_modules/installed
	@gt-train settings -- $(CDK_ARGUMENTS)
	@$(CDK) $@ $(CDK_ARGUMENTS)

bootstrap synth diff: .venv/installed node_modules/installed
	@$(CDK) $@ $(CDK_ARGUMENTS)

# Once the stack is gone, nothing stops its training jobs before their maximum runtime.
destroy: .venv/installed node_modules/installed
	@gt-train stop $(if $(ENV),--stack $(ENV)) $(if $(filter --force -f,$(ARGS)),--yes)
	@$(CDK) $@ $(CDK_ARGUMENTS)

clean:
	rm -rf .venv node_modules cdk.out demo-output build *.egg-info
