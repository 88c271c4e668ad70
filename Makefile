# Two commands: `make up` and `make test`. Nothing has to be installed before them but Python and make.
STACK ?= sandbox
PYTHON := .venv/bin/python
COMMAND := $(PYTHON) -m cli

.DEFAULT_GOAL := help
.PHONY: help up test test-cluster test-e2e test-slow-e2e test-docs test-slow test-long preview push down check status cost kubeconfig webhook explain redeliver rotate lock mirror bench golden drift destroy clean venv
MAKEFLAGS += --no-print-directory

help:
	@echo 'make up       start everything and run `pulumi up`; STACK=dev: only the latter, for that stack'
	@echo 'make test     the tests, on the sandbox too, within 20 minutes; test-slow: the rest that CI runs'
	@echo 'make test-long  upgrades, interruptions, many installs; ONLY=NAME: one of them'
	@echo 'make test-docs  what README.md and docs/ tell people to type, typed as it stands there'
	@echo
	@echo 'make push     an empty commit through the forge, followed to its images'
	@echo 'make preview  what `pulumi up` would change, and what policy/ has against it; STACK=dev for another stack'
	@echo 'make drift    what somebody has changed since `pulumi up`; ends with an error if anything'
	@echo 'make status   what runs, and how to reach it'
	@echo 'make cost STACK=dev  what the stack has that is billed, and what `pulumi up` would change; PRICES=FILE'
	@echo 'make kubeconfig  the cluster as a context of ~/.kube/config; STACK=dev, USE=1 to switch, REMOVE=1'
	@echo 'make webhook REPO=OWNER/NAME STACK=dev  the repository on GitHub delivers its pushes to the stack'
	@echo 'make explain COMMIT=SHA  where a push has ended, and why; or DELIVERY=ID'
	@echo 'make redeliver  pushes that have no run are delivered again'
	@echo 'make rotate REPO="OWNER/NAME ..." STACK=dev  the webhook gets another secret; no push is lost'
	@echo 'make lock     record the digests that releases.yaml lacks; UPGRADE=NAME=VERSION, LOCK=another file'
	@echo 'make mirror TO=REGISTRY/PATH STACK=dev  a copy of every image that the stack uses'
	@echo 'make destroy  `pulumi destroy`; the cluster stays'
	@echo 'make down     end the sandbox and forget it'
	@echo 'make check    linters and types'
	@echo 'make golden BASE=COMMIT  what the program registers otherwise than at that commit; RELEASES=, EXPECTED=FILE'
	@echo 'make bench    measure it against the other ways, and write docs/benchmarks.md; ONLY=PART,PART, QUICK=1'
	@echo 'make clean    as down, and remove what was made in this checkout and old builds in the cache'

venv: .venv/.made policy/.venv/.made

# The policy pack's own.
policy/.venv/.made: policy/requirements.txt .venv/.made
	@echo 'Installing the packages of the policies into policy/.venv'
	@$(PYTHON) -m venv --clear policy/.venv
	@policy/.venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

# `make` itself sees whether there is anything to do: the rule runs when a list of packages has changed.
.venv/.made: requirements.txt requirements-dev.txt constraints.txt
	@sandbox/make-venv

preview: policy/.venv/.made

up preview: .venv/.made
	@$(COMMAND) $@ --stack $(STACK)

drift destroy: .venv/.made
	@$(COMMAND) $@ --stack $(STACK)

push down status: .venv/.made
	@$(COMMAND) $@

kubeconfig: .venv/.made
	@$(COMMAND) $@ --stack '$(STACK)' $(if $(filter 1,$(USE)),--use) $(if $(filter 1,$(REMOVE)),--remove)

cost: .venv/.made
	@$(COMMAND) $@ --stack '$(STACK)' --prices '$(PRICES)'

lock: .venv/.made
	@$(COMMAND) $@ --lock '$(LOCK)' --upgrade '$(UPGRADE)'

mirror: .venv/.made
	@$(COMMAND) $@ --stack '$(STACK)' --to '$(TO)'

webhook redeliver rotate: .venv/.made
	@$(COMMAND) $@ --stack '$(STACK)' --repository '$(REPO)'

explain: .venv/.made
	@$(COMMAND) $@ --stack '$(STACK)' --repository '$(REPO)' --delivery '$(DELIVERY)' --commit '$(COMMIT)'

# The fast tiers first: what they find needs no cluster to be found.
test: .venv/.made policy/.venv/.made
	@$(PYTHON) -m pytest --numprocesses auto --dist loadfile tests/unit tests/contract
	@$(COMMAND) up
	@$(MAKE) -j2 --output-sync=target test-e2e test-cluster

# What `make test` leaves out to end within 20 minutes: tests that take minutes, or a cluster of their own, and the
# commands of the pages as people type them.
test-slow: .venv/.made policy/.venv/.made
	@$(COMMAND) up
	@$(MAKE) -j2 --output-sync=target test-slow-e2e test-docs

# What takes longer than a change may wait: upgrades, interruptions, many installs; ONLY=upgrade for one of them.
test-long: export TEKTON_BUILDS_BIN := $(CURDIR)/.sandbox/bin
test-long: .venv/.made
	@$(COMMAND) up
	@$(PYTHON) -m pytest tests/e2e/long -k '$(ONLY)'

# Two side by side, the longest first: they mostly wait for clusters, which are their own.
test-e2e test-cluster test-slow-e2e test-docs: export TEKTON_BUILDS_BIN := $(CURDIR)/.sandbox/bin
test-e2e test-cluster: test-%:
	@$(PYTHON) -m pytest tests/$* --ignore=tests/e2e/long -m 'not slow' --durations=20

test-slow-e2e:
	@$(PYTHON) -m pytest tests/e2e --ignore=tests/e2e/long -m slow --durations=20

test-docs:
	@$(PYTHON) -m pytest tests/docs --durations=20

bench: .venv/.made
	@$(COMMAND) up
	@$(PYTHON) -m bench --only '$(ONLY)' $(if $(filter 1,$(QUICK)),--quick)

check: .venv/.made
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-cache --no-logo
	@.venv/bin/yamllint --strict .
	@sandbox/shell-scripts | xargs .venv/bin/shellcheck

# For who changes the program and means to change nothing of what it registers: tests/golden/README.md.
golden: .venv/.made
	@$(PYTHON) -m tests.golden --base '$(BASE)' --releases '$(RELEASES)' $(if $(EXPECTED),--expected '$(EXPECTED)')

clean:
	@if [ -x $(PYTHON) ]; then $(COMMAND) clean; fi
	@rm -rf .venv policy/.venv .mypy_cache .pytest_cache .ruff_cache
