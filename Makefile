# Every command of the project. On a fresh machine `make run` and `make test` do all the set-up by themselves.
PYTHON_BIN := .venv/bin/python
SOURCES := kernel clinics_site users clinic_records patients clinics confirmations ehr redox xealth merges notifications webhooks scripts deploy clients tests manage.py
# Options for the tests that `make test` leaves out.
OWN_ADDOPTS := -q --strict-markers -p no:cacheprovider -p tests.environment
# Otherwise each process would compile the whole program again.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
.PHONY: help run serve setup test walks lint fmt house screenshots bench bench-compare bench-ehr bench-merge bench-jobs bench-lists bench-bulk bench-sweep bench-outbox day shapes yardsticks pythons pythons-short fuzz-short fuzz chaos-short chaos soak promtool chart attack audit clients lock servers stop clean run-setup dev-setup

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

run: run-setup  ## the service with demo data, on port 8080 or PORT
	@exec $(PYTHON_BIN) -m scripts.run --demo

serve: run-setup  ## the service without demo data, for your own database (MONGODB_URI, REDIS_URL)
	@exec $(PYTHON_BIN) -m scripts.run

setup: dev-setup  ## only install: packages, MongoDB, Redis
	@$(PYTHON_BIN) -m scripts.servers unpack

test: dev-setup  ## the tests but the walks, on servers of their own; ARGS="tests/api -k clinic" for some
	@$(PYTHON_BIN) -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

walks: dev-setup  ## tests that try every value, caller and page, and long stories, most with real processes
	@$(PYTHON_BIN) -m pytest -o addopts="$(OWN_ADDOPTS)" -m walk -n 3 --dist loadfile --no-loadscope-reorder tests/api tests/admin tests/tasks tests/security tests/policy tests/processes tests/concurrency tests/docs tests/web $(ARGS)

lint: dev-setup  ## what CI checks besides the tests
	$(PYTHON_BIN) -m ruff check $(SOURCES)
	$(PYTHON_BIN) -m ruff format --check $(SOURCES)
	$(PYTHON_BIN) -m mypy kernel clinics_site users clinic_records patients clinics confirmations ehr redox xealth merges notifications webhooks
	.venv/bin/lint-imports
# It begins with all that `manage.py check` checks.
	$(PYTHON_BIN) -m scripts.with_servers $(PYTHON_BIN) manage.py makemigrations --check --dry-run
	$(PYTHON_BIN) -m scripts.deploy_check

fmt: dev-setup  ## format, and fix what can be fixed
	$(PYTHON_BIN) -m ruff check --fix $(SOURCES)
	$(PYTHON_BIN) -m ruff format $(SOURCES)
	$(PYTHON_BIN) -m scripts.environment_table
	$(PYTHON_BIN) -m scripts.data_model
	$(PYTHON_BIN) -m scripts.effects_table
	$(PYTHON_BIN) -m scripts.database_role
	$(PYTHON_BIN) -m scripts.house --write > /dev/null
	$(PYTHON_BIN) -m scripts.licences
	$(PYTHON_BIN) -m scripts.yardsticks
	$(PYTHON_BIN) -m scripts.query_shapes

house: dev-setup  ## the rooms, their sizes, the imports between them, and how long functions are
	@$(PYTHON_BIN) -m scripts.house

screenshots: dev-setup  ## pictures of the staff pages, into .local/screenshots or SCREENSHOTS; the handbook's are kept
	@$(PYTHON_BIN) -m pytest -o addopts="$(OWN_ADDOPTS)" tests/admin/draw_screenshots.py

bench: dev-setup  ## speed of the hot requests; ARGS="--patients 250 10000"
	@$(PYTHON_BIN) -m tests.bench $(ARGS)

bench-compare: dev-setup  ## two results side by side; fails if a request is dearer: make bench-compare A=old.json B=new.json
	@$(PYTHON_BIN) -m tests.bench.compare $(A) $(B)

bench-ehr: dev-setup  ## speed of an EHR sync through real workers; ARGS="--patients 10000"
	@$(PYTHON_BIN) -m tests.bench.ehr $(ARGS)

bench-merge: dev-setup  ## two clinics of 10,000 patients become one; ARGS="--patients 1000"
	@$(PYTHON_BIN) -m tests.bench.merge $(ARGS)

day: dev-setup  ## a day of a deployment, with fewer clinics and in less time; ARGS="--patients 250 1000 --minutes 10"
	@$(PYTHON_BIN) -m tests.bench.day $(ARGS)

shapes: dev-setup  ## record which queries name the clinic, into docs/scaling.md; ARGS="tests/api/test_tide.py" for some
	@rm -rf .local/query_shapes
	@-QUERY_SHAPES=.local/query_shapes $(PYTHON_BIN) -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)
	@$(PYTHON_BIN) -m scripts.query_shapes .local/query_shapes

bench-jobs: dev-setup  ## jobs of staff about 20,000 patients, through a real worker; ARGS="--patients 2000"
	@$(PYTHON_BIN) -m tests.bench.jobs $(ARGS)

bench-lists: dev-setup  ## a list of 20,000 patients as a file, from a real web process; ARGS="--patients 2000"
	@$(PYTHON_BIN) -m tests.bench.lists $(ARGS)

bench-bulk: dev-setup  ## 10,000 patients from two files, through a real worker; ARGS="--patients 2000"
	@$(PYTHON_BIN) -m tests.bench.bulk $(ARGS)

bench-sweep: dev-setup  ## the sweep of connection issues over 10,000 clinics; ARGS="--clinics 1000"
	@$(PYTHON_BIN) -m tests.bench.sweep $(ARGS)

bench-outbox: dev-setup  ## how fast real workers drain the outbox; ARGS="--rows 5000"
	@$(PYTHON_BIN) -m tests.bench.outbox $(ARGS)

yardsticks: dev-setup  ## every test that shows a row of docs/yardsticks.md, and what it said into the page
	@-ONLY_MARKED=1 $(PYTHON_BIN) -m pytest -o addopts="$(OWN_ADDOPTS)" -p tests.yardstick_results -n 2 --dist loadfile tests --ignore=tests/bench --ignore=tests/chaos --ignore=tests/fuzz --ignore=tests/soak $(ARGS)
	@-ONLY_MARKED=1 $(PYTHON_BIN) -m pytest -o addopts="$(OWN_ADDOPTS)" -p tests.yardstick_results tests/chaos tests/fuzz $(ARGS)
	@$(PYTHON_BIN) -m scripts.yardsticks

pythons: dev-setup  ## try Python 3.12 and 3.13, or those of PYTHONS: what is pinned, `manage.py check`, tests of kernel and contract
	@scripts/pythons.sh

pythons-short: dev-setup  ## the part of pythons that CI runs: the same with fewer tests
	@scripts/pythons.sh short

chaos-short: dev-setup  ## the part of chaos that CI runs: each kind of fault of servers, processes and a neighbour once, under three minutes
	@$(PYTHON_BIN) -m pytest -o addopts="$(OWN_ADDOPTS)" tests/chaos/test_servers.py -k each_kind $(ARGS)

fuzz-short: dev-setup  ## random requests, stories, messages and merges, beginning with the same in every run: FUZZ_MINUTES (5)
	@FUZZ_SEED=$${FUZZ_SEED:-1} FUZZ_MINUTES=$${FUZZ_MINUTES:-5} $(PYTHON_BIN) -m pytest -o addopts="$(OWN_ADDOPTS)" -n 2 tests/fuzz $(ARGS)

fuzz: dev-setup  ## more of them for FUZZ_MINUTES (30), different in every run; FUZZ_SEED=… repeats a round that failed
	@FUZZ_MINUTES=$${FUZZ_MINUTES:-30} FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-20} $(PYTHON_BIN) -m pytest -o addopts="$(OWN_ADDOPTS)" -p tests.yardstick_results --timeout=0 -n 2 tests/fuzz $(ARGS)

chaos: dev-setup  ## break everything on purpose; a table at the end, also in .local/chaos.json
	@CHAOS_RESULTS=.local/chaos.json $(PYTHON_BIN) -m pytest -o addopts="$(OWN_ADDOPTS)" -p tests.yardstick_results -m chaos tests/chaos tests/tasks tests/processes tests/concurrency $(ARGS)

soak: dev-setup  ## an hour of mixed load (SOAK_MINUTES): do memory, queues and files stay as they are?
	@$(PYTHON_BIN) -m pytest -o addopts="$(OWN_ADDOPTS)" -p tests.yardstick_results -s tests/soak $(ARGS)

promtool:  ## fetch the tool with which tests try the alert rules (with apt; nothing is installed)
	@scripts/promtool.sh

chart: dev-setup  ## fetch what renders the Helm chart for tests (350 MB, into .local/chart)
	@scripts/chart.sh

attack: dev-setup  ## attack a service started for this: do others notice? ARGS="slow-bodies floods", ARGS=--list
	@$(PYTHON_BIN) -m tests.attack $(ARGS)

clients: dev-setup  ## standard tools read the description; what they generate compiles and works; ARGS=python for one of them, ARGS=--write to generate clients/ again
	@$(PYTHON_BIN) -m scripts.api_clients $(ARGS)

audit: dev-setup  ## compare the pinned packages with a list of known vulnerabilities, if it can be reached
	@$(PYTHON_BIN) -m scripts.advisories

lock: dev-setup  ## pin the newest packages that requirements*.in allow
	.venv/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --upgrade requirements.in -o requirements.txt
	.venv/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --upgrade requirements-dev.in -o requirements-dev.txt
	.venv/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --upgrade requirements-chart.in -o requirements-chart.txt
	.venv/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --upgrade clients/tools.in -o clients/tools.txt

servers: run-setup  ## only MongoDB and Redis, in the background
	@$(PYTHON_BIN) -m scripts.servers start

stop: run-setup  ## end what `make servers` started
	@$(PYTHON_BIN) -m scripts.servers stop

clean: stop  ## remove data, logs, secrets and the virtual environment
	rm -rf .local .venv .mypy_cache .ruff_cache .import_linter_cache .hypothesis bench-results staticfiles

run-setup:
	@scripts/setup.sh run

dev-setup:
	@scripts/setup.sh dev
