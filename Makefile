# make demo   watch the real engine deactivate a key, notice drift, and correct it
# make test   every test; most of those of the engine on a small one, see tests/support/small_engine.py
# make test-engine   all tests of the engine on the real CLI
# make test-native   the tests of the engine over the native provider, from programs in every language
# make sdk    the SDKs of the native provider, into build/sdk
# make test-oldest   the tests with the oldest supported pulumi and boto3
# make check  formatting, lint, types and layers
# make format fixes formatting and lint
# make docs   the generated pages, and the schema of the native provider
# make record the digest's previews, the pictures of the pages, from the real engine
# make lock   new lock files (needs uv)
# make site   the documentation, into build/site
# make bench  what it costs, measured
# make plugin the archive of the native provider for this platform, into build/plugin
# make wheel  the package, into dist, with what installs it by its hash
# make endure what make test does a few times, hundreds of times (an hour and a half)
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo wheel test every-test test-engine test-native test-oldest check format lock docs record site sdk bench plugin endure clean

# More workers than cores, as tests wait too.
PYTEST_ARGS ?= -n 5 --dist worksteal

# The folder of a venv comes first, so that the engine's host runs the program in it.
ENGINE = engine=$$(tools/engine/engine.sh) && export PATH="$$engine$${engine:+:}$(CURDIR)/.venv/bin:$$PATH"

help:
	@sed -n 's/^# make /make /p' Makefile

demo: .venv/.made-from
	@$(ENGINE) && exec .venv/bin/python tools/demo.py

# The checks keep one core busy for a while, and the tests use what is left.
test: .venv/.made-from
	@$(MAKE) --no-print-directory --jobs=2 check every-test

every-test: .venv/.made-from
	@$(ENGINE) && .venv/bin/python -m pytest $(PYTEST_ARGS)

test-engine: .venv/.made-from
	@$(ENGINE) && .venv/bin/python -m pytest $(PYTEST_ARGS) --real-engine tests/engine tests/site

test-native: .venv/.made-from sdk plugin
	@engine=$$(tools/engine/languages.sh) && export PATH="$$engine$${engine:+:}$(CURDIR)/.venv/bin:$$PATH" && \
		.venv/bin/python -m pytest $(PYTEST_ARGS) --native -m "not real_engine" tests/engine && \
		.venv/bin/python -m pytest $(PYTEST_ARGS) --native tests/engine/test_killed.py && \
		.venv/bin/python -m pytest $(PYTEST_ARGS) --real-engine tests/engine/test_native*.py tests/engine/test_examples.py \
			tests/engine/test_languages.py

# The oldest supported pulumi and boto3, in an environment of their own.
test-oldest: .venv-oldest/.made-from
	@engine=$$(tools/engine/engine.sh) && \
		PATH="$$engine$${engine:+:}$(CURDIR)/.venv-oldest/bin:$$PATH" .venv-oldest/bin/python -m pytest $(PYTEST_ARGS)

check: .venv/.made-from
	@.venv/bin/ruff format --quiet --check .
	@.venv/bin/ruff check --quiet .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-logo >/dev/null || .venv/bin/lint-imports --no-logo

format: .venv/.made-from
	@.venv/bin/ruff format --quiet .
	@.venv/bin/ruff check --quiet --fix .

docs: .venv/.made-from
	@.venv/bin/python tools/errors_page.py
	@.venv/bin/python tools/controls_page.py
	@.venv/bin/python tools/inputs_page.py
	@.venv/bin/python tools/register_page.py
	@.venv/bin/python tools/native_schema.py
	@.venv/bin/python tools/command_page.py
	@.venv/bin/python tools/pipelines.py
	@.venv/bin/python tools/starter.py
	@.venv/bin/python tools/automation_page.py
	@.venv/bin/python tools/snippets.py
	@.venv/bin/python tools/llms_txt.py

# What the real engine and emulator show: the digest's previews, the picture of the demo.
record: .venv/.made-from
	@$(ENGINE) && .venv/bin/python tests/digest/record.py && .venv/bin/python tools/record_demo.py && \
		.venv/bin/python tools/diagrams.py && .venv/bin/python tools/picture_of_a_comment.py

# In an environment of its own, for the plot.
bench: .venv-bench/.made-from
	@engine=$$(tools/engine/engine.sh yaml) && \
		PATH="$$engine$${engine:+:}$(CURDIR)/.venv-bench/bin:$$PATH" exec .venv-bench/bin/python tools/bench.py $(BENCH_ARGS)

# In an environment of its own, without what only development needs.
plugin: .venv-plugin/.made-from
	@PYTHONHASHSEED=0 SOURCE_DATE_EPOCH=946684800 .venv-plugin/bin/python tools/plugin_archive.py

wheel: .venv/.made-from
	@.venv/bin/python tools/release.py build

endure: .venv/.made-from
	@$(ENGINE) && export KEYSWITCH_SEED=$${KEYSWITCH_SEED:-$$RANDOM} && echo "KEYSWITCH_SEED=$$KEYSWITCH_SEED" && \
		KEYSWITCH_MOMENTS=50 KEYSWITCH_STEPS=480 \
		KEYSWITCH_THROTTLED_KEYS=500 KEYSWITCH_THROTTLED_TO=5 KEYSWITCH_FUZZ_SECONDS=120 \
		KEYSWITCH_RUN_SECONDS=1800 .venv/bin/python -m pytest $(PYTEST_ARGS) \
		tests/engine/test_killed.py tests/engine/test_any_order.py tests/engine/test_throttled.py \
		tests/unit/test_any_order.py tests/unit/test_fuzz.py tests/unit/test_stack_config_fuzz.py \
		tests/digest/test_digest_fuzz.py

site: .venv/.made-from
	@NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs build

sdk: build/sdk/.made-from

lock:
	uv pip compile --quiet pyproject.toml --group dev --universal --python-version 3.10 \
		--generate-hashes --no-header --upgrade --output-file requirements.lock
	uv pip compile --quiet pyproject.toml --group dev --constraint oldest.txt --universal \
		--python-version 3.10 --generate-hashes --no-header --upgrade --output-file requirements-oldest.lock
	uv pip compile --quiet pyproject.toml --group bench --constraint requirements.lock --universal \
		--python-version 3.10 --generate-hashes --no-header --output-file requirements-bench.lock
	uv pip compile --quiet pyproject.toml --group plugin --constraint requirements.lock --universal \
		--python-version 3.10 --generate-hashes --no-header --output-file requirements-plugin.lock
	uv pip compile --quiet pyproject.toml --constraint requirements.lock --universal \
		--python-version 3.10 --generate-hashes --no-header --output-file requirements-runtime.lock
	uv pip compile --quiet pyproject.toml --extra aws --constraint requirements.lock --universal \
		--python-version 3.10 --generate-hashes --no-header --output-file requirements-aws.lock
	uv pip compile --quiet tools/sdkgen/python/requirements.in --universal --python-version 3.10 \
		--generate-hashes --no-header --upgrade --output-file tools/sdkgen/python/requirements.lock
	cd tools/sdkgen/nodejs && npm update --package-lock-only --omit-lockfile-registry-resolved

.venv/.made-from: requirements.lock pyproject.toml tools/venv.sh
	@tools/venv.sh .venv requirements.lock

.venv-oldest/.made-from: requirements-oldest.lock pyproject.toml tools/venv.sh
	@tools/venv.sh .venv-oldest requirements-oldest.lock

.venv-bench/.made-from: requirements-bench.lock pyproject.toml tools/venv.sh
	@tools/venv.sh .venv-bench requirements-bench.lock

.venv-plugin/.made-from: requirements-plugin.lock pyproject.toml tools/venv.sh
	@tools/venv.sh .venv-plugin requirements-plugin.lock

build/sdk/.made-from: .venv/.made-from provider/keyswitch/plugin/native/schema.json $(wildcard tools/sdkgen/* tools/sdkgen/*/*)
	@tools/sdkgen/sdks.sh

clean:
	rm -rf .venv .venv-oldest .venv-bench .venv-plugin .engine build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
