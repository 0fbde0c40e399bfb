# The front door. `make help` lists what there is.
#
# Every target first sees to the packages it needs (common/setup/packages.sh):
# silently where nothing is missing, never with NO_INSTALL=1.

BUILD    := build
PACKAGES := common/setup/packages.sh
BUILD_SH := common/setup/build.sh
export JOBS ?= $(shell nproc 2>/dev/null || echo 2)

# The exercises, and what their check needs.
CLASSROOM = python3 -B common/classroom/main.py
CLASSROOM_BUILD = $(PACKAGES) build && { $(PACKAGES) classroom || :; } && \
  $(BUILD_SH) $(BUILD) default classroom
export COWPOOL_BUILD = $(abspath $(BUILD))

# With what the documents are made with.
PYTHON = common/setup/python.sh
BOOK = $(PYTHON) common/book/main.py --programs=$(BUILD)/bin

# The group of packages that $$lesson needs besides: mpi, or none.
NEEDED = $$(sed -n "/\"name\": \"$$lesson\"/,/\"name\"/s/.*\"needs\": \"Open MPI\".*/mpi/p" \
  lessons/lessons.json)

# Where `make install` installs to; DESTDIR, if given, stands before it.
PREFIX  ?= /usr/local

SOURCES = $(shell git ls-files -co --exclude-standard '*.cc' '*.h')

.DEFAULT_GOAL := help

help: ## Lists the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | \
	  awk -F '\t' '{printf "  make %-12s %s\n", $$1, $$2}'

build: ## Builds everything into build/
	@$(PACKAGES) build
	@$(BUILD_SH) $(BUILD) default

lessons: ## Runs every lesson in order, then shows a table of them
	@$(PACKAGES) build
	@$(BUILD_SH) $(BUILD) default lessons
	@common/setup/run.sh $(BUILD)/bin/course lessons $(ARGS)

lesson: ## Runs one lesson: make lesson N=04 [ARGS="--workers 8"]
	@lesson=$$(common/setup/lesson.sh "$$N") && \
	$(PACKAGES) build $(NEEDED) && \
	$(BUILD_SH) $(BUILD) default "$$lesson" && \
	common/setup/run.sh "$(BUILD)/bin/$$lesson" $(ARGS)

exercise: ## Writes a folder to work in: N=04 [IN=python] [OUT=dir]
	@$(CLASSROOM) exercise --n="$$N" --in="$$IN" --out="$$OUT"

hint: ## Shows a hint: make hint N=04 LEVEL=1
	@$(CLASSROOM) hint --n="$$N" --level="$$LEVEL"

check: ## Measures a hand-in: make check DIR=dir
	@$(CLASSROOM_BUILD)
	@$(CLASSROOM) check --dir="$$DIR" --n="$$N" --in="$$IN" $(ARGS)

grade: ## Measures a class: make grade DIR=dir [CSV=file] [HTML=file]
	@$(CLASSROOM_BUILD)
	@$(CLASSROOM) grade --dir="$$DIR" --n="$$N" --in="$$IN" --csv="$$CSV" \
	  --html="$$HTML" $(ARGS)

reset: ## Writes the starter of an exercise anew: make reset DIR=dir
	@$(CLASSROOM) reset --dir="$$DIR"

new-exercise: ## Begins an exercise for a lesson: make new-exercise N=10
	@$(CLASSROOM) new-exercise --n="$$N"

new-lesson: ## Begins a lesson: make new-lesson NN=10 NAME=density
	@$(CLASSROOM) new-lesson --nn="$$NN" --name="$$NAME"

predict: ## Asks you first, then runs the lesson: N=04 [SHOW=dir]
	@lesson=$$(common/setup/lesson.sh "$$N" predict) && \
	if [ -z "$$SHOW" ]; then \
	  $(PACKAGES) build $(NEEDED) && \
	  $(BUILD_SH) $(BUILD) default "$$lesson"; fi && \
	$(CLASSROOM) predict --n="$$lesson" --show="$$SHOW" --answers="$$ANSWERS"

handouts: ## Writes sheets to print into build/handouts
	@$(PACKAGES) build
	@$(BUILD_SH) $(BUILD) default lessons
	@$(CLASSROOM) handouts

twins: ## Runs each lesson beside its twin in CPython
	@$(PACKAGES) build twins mpi
	@$(BUILD_SH) $(BUILD) default lessons
	@common/setup/run.sh $(BUILD)/bin/course twins $(ARGS)

cowtop: ## Builds the meter alone: build/bin/cowtop
	@$(PACKAGES) build
	@$(BUILD_SH) $(BUILD) default cowtop

find: ## Runs a job, asks where its memory went: N=02 [SEED=7]
	@$(CLASSROOM) find "$$N" --seed="$$SEED" \
	  --answer="$$ANSWER" --sheet="$$SHEET"

test: ## Runs all tests that this machine can run
	@$(PACKAGES) build twins mpi recipes
	@$(PACKAGES) docs || :
	@$(BUILD_SH) $(BUILD) default tests
	@common/setup/run_tests.sh $(BUILD) $(ARGS)

docs: book ## Writes what the documents show, builds the site
	@$(if $(FRESH),python3 -B common/book/site/handles_form.py,:)
	@python3 -B common/book/mechanism/main.py
	@$(BOOK) $(if $(FRESH),fresh,write) $(ARGS)
	@python3 -B common/book/site/choose_page.py
	@$(MAKE) -s site

proof: book ## Checks that documents and programs agree; changes nothing
	@python3 -B common/book/mechanism/main.py --check
	@$(PYTHON) common/book/sentences.py $(ARGS)
	@$(BOOK) check $(if $(ALL),--all) $(ARGS)

site: ## Builds the site of the documents into build/site
	@$(PACKAGES) docs
	@common/book/site/build.sh $(BUILD)/site

# What the documents are made with.
book:
	@$(PACKAGES) build twins mpi recipes docs
	@$(BUILD_SH) $(BUILD) default docs_programs

bench: ## Measures the pool beside its limits and CPython
	@$(PACKAGES) build bench
	@$(PACKAGES) twins || :
	@$(BUILD_SH) $(BUILD) default -DCOWPOOL_BENCH=ON bench
	@$(BUILD)/bin/bench $(ARGS)

soak: ## Runs a million tasks on 100,000 workers: nothing may grow
	@$(PACKAGES) build
	@$(BUILD_SH) $(BUILD) default pool_soak
	@$(BUILD)/bin/pool_soak $(ARGS)

asan: ## Runs the tests under the address sanitizer and ubsan
	@$(PACKAGES) build tidy
	@$(BUILD_SH) build-asan asan tests
	@common/setup/run_tests.sh build-asan -LE not_asan $(ARGS)

tsan: ## Runs the pool's tests under the thread sanitizer
	@$(PACKAGES) build tidy
	@$(BUILD_SH) build-tsan tsan tests
	@common/setup/run_tests.sh build-tsan -R '^pool\.' -LE not_tsan $(ARGS)

strict: ## Builds with g++ and with clang, warnings as errors
	@$(PACKAGES) build tidy
	@$(BUILD_SH) build-strict strict
	@$(BUILD_SH) build-clang clang

mutants: ## Breaks the code in known ways; fails unless the tests notice
	@$(PACKAGES) build mutants twins mpi docs
	@common/setup/run_mutants.sh $(ARGS)

fuzz: ## Fuzzes what parses: make fuzz [TIME=600] [N=pickle] [KEEP=1]
	@$(PACKAGES) build tidy
	@$(BUILD_SH) build-fuzz fuzz fuzz
	@TIME=$(TIME) KEEP=$(KEEP) common/setup/run_fuzz.sh $(N)

format: ## Puts all C++ into the project's form
	@$(PACKAGES) tidy
	@clang-format -i $(SOURCES)

tidy: ## Checks the form and what clang-tidy finds
	@$(PACKAGES) build tidy
	@$(BUILD_SH) build-strict strict
	@clang-format --dry-run --Werror $(SOURCES)
	@run-clang-tidy -quiet -p build-strict -j $(JOBS) '$(CURDIR)/(common|lessons)/' \
	  > build-strict/tidy.log 2>&1 || { cat build-strict/tidy.log; exit 1; }

install: ## Installs library and cowtop [PREFIX=] [DESTDIR=]
	@$(PACKAGES) build
	@$(BUILD_SH) $(BUILD) default cowpool cowtop
	@cmake --install $(BUILD) --prefix '$(PREFIX)'

package: ## Makes a .deb of cowtop, and one portable file of it
	@$(PACKAGES) build
	@$(BUILD_SH) $(BUILD) default cowtop_package
	@cd $(BUILD) && cpack --config CPackConfig.cmake >packages/cpack.log || \
	  { cat packages/cpack.log; exit 1; }
	@ls $(BUILD)/packages/cowtop*.deb $(BUILD)/packages/cowtop-*

clean: ## Removes what was built
	@rm -rf build build-strict build-clang build-asan build-tsan build-fuzz \
	  build-mutants

.PHONY: help build docs proof site book lessons lesson twins cowtop test asan \
  strict mutants format tidy install package clean fuzz bench soak tsan \
  exercise hint check grade reset predict find handouts new-exercise new-lesson
