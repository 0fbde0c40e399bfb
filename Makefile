# The front door. `make help` lists what there is.
#
# Every target first sees to the packages it needs (common/setup/packages.sh):
# silently where nothing is missing, never with NO_INSTALL=1.

BUILD    := build
PACKAGES := common/setup/packages.sh
JOBS     ?= $(shell nproc 2>/dev/null || echo 2)
# Ninja where it is there; a build folder keeps the generator it began with.
GENERATOR = $(if $(shell command -v ninja),-G Ninja)

# Where `make install` installs to; DESTDIR, if given, stands before it.
PREFIX  ?= /usr/local

SOURCES = $(shell git ls-files -co --exclude-standard '*.cc' '*.h')

.DEFAULT_GOAL := help

help: ## Lists the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | \
	  awk -F '\t' '{printf "  make %-9s %s\n", $$1, $$2}'

build: ## Builds everything into build/
	@$(PACKAGES) build
	@$(call build_preset,default)

lessons: build ## Runs every lesson in order, then one table of all claims
	@$(BUILD)/bin/course lessons $(ARGS)

lesson: build ## Runs one lesson: make lesson N=04 [ARGS="--workers 8"]
	@set -- $(BUILD)/bin/$(or $(N),NN)_*; \
	if [ ! -x "$$1" ]; then \
	  echo "make lesson: N=$(N): expected the number of a lesson, such as N=04" >&2; \
	  exit 2; \
	fi; \
	"$$1" $(ARGS)

twins: build ## Runs each lesson beside its twin in CPython, one table
	@$(PACKAGES) twins
	@$(BUILD)/bin/course twins $(ARGS)

test: build ## Runs all tests that this machine can run, says which it skipped
	@$(PACKAGES) twins
	@common/setup/run_tests.sh $(BUILD) $(ARGS)

docs: book ## Writes what the documents show [FRESH=1], and builds build/site
	@$(BUILD)/bin/book $(if $(FRESH),--fresh) $(ARGS)
	@$(MAKE) -s site

proof: book ## Checks that documents and programs agree; changes nothing
	@$(BUILD)/bin/book --check $(ARGS)

site: ## Builds the site of the documents into build/site
	@$(PACKAGES) docs
	@common/book/site/build.sh $(BUILD)/site

# What the documents are made with.
book:
	@$(PACKAGES) build twins
	@$(call build_preset,default,docs_programs)

bench: ## Measures the pool beside what cannot be beaten and beside CPython
	@$(PACKAGES) build bench
	@$(PACKAGES) twins || :
	@grep -qs '^COWPOOL_BENCH:BOOL=ON' $(BUILD)/CMakeCache.txt || \
	  cmake --preset default $(GENERATOR) -DCOWPOOL_BENCH=ON > /dev/null
	@cmake --build $(BUILD) -j $(JOBS) --target bench > $(BUILD)/bench.log || \
	  { cat $(BUILD)/bench.log; exit 1; }
	@$(BUILD)/bin/bench $(ARGS)

soak: build ## Runs a million tasks on 100,000 workers: nothing may grow
	@$(BUILD)/bin/pool_soak $(ARGS)

asan: ## Runs the tests under the address and undefined-behaviour sanitizers
	@$(PACKAGES) build tidy
	@$(call build_preset,asan)
	@common/setup/run_tests.sh build-asan -LE not_asan $(ARGS)

tsan: ## Runs the pool's tests under the thread sanitizer, as far as they can
	@$(PACKAGES) build tidy
	@$(call build_preset,tsan)
	@common/setup/run_tests.sh build-tsan -R '^pool\.' -LE not_tsan $(ARGS)

strict: ## Builds with g++ and with clang, warnings as errors
	@$(PACKAGES) build tidy
	@$(call build_preset,strict)
	@$(call build_preset,clang)

mutants: build ## Breaks the code in known ways; fails unless the tests notice
	@$(PACKAGES) mutants twins
	@common/setup/run_mutants.sh $(ARGS)

fuzz: ## Fuzzes what parses: make fuzz [TIME=600] [N=pickle] [KEEP=1]
	@$(PACKAGES) build tidy
	@$(call build_preset,fuzz,fuzz)
	@TIME=$(TIME) KEEP=$(KEEP) common/setup/run_fuzz.sh $(N)

format: ## Puts all C++ into the project's form
	@$(PACKAGES) tidy
	@clang-format -i $(SOURCES)

tidy: build ## Checks the form and what clang-tidy finds
	@$(PACKAGES) tidy
	@clang-format --dry-run --Werror $(SOURCES)
	@run-clang-tidy -quiet -p $(BUILD) -j $(JOBS) '$(CURDIR)/(common|lessons)/' \
	  > $(BUILD)/tidy.log 2>&1 || { cat $(BUILD)/tidy.log; exit 1; }

install: ## Installs the library and cowtop: make install [PREFIX=/usr/local] [DESTDIR=]
	@$(PACKAGES) build
	@[ -f $(BUILD)/CMakeCache.txt ] || \
	  cmake --preset default $(GENERATOR) > /dev/null
	@cmake --build $(BUILD) --target cowpool cowtop -j $(JOBS)
	@cmake --install $(BUILD) --prefix '$(PREFIX)'

clean: ## Removes what was built
	@rm -rf build build-strict build-clang build-asan build-tsan build-fuzz \
	  build-mutants

# $(call build_preset,NAME,TARGET): configures once, then builds TARGET, or all;
# says nothing where there is nothing to do. Whether to configure again, CMake
# sees for itself.
define build_preset
dir=$$(case $(1) in default) echo build;; *) echo build-$(1);; esac); \
if [ ! -f $$dir/CMakeCache.txt ]; then \
  cmake --preset $(1) $(GENERATOR) > /dev/null || exit 1; \
fi; \
target=$(if $(2),"--target $(2)"); \
if ! cmake --build $$dir $$target -- -n 2> /dev/null | grep -q 'no work to do'; then \
  cmake --build $$dir $$target -j $(JOBS); \
fi
endef

.PHONY: help build docs proof site book lessons lesson twins test asan strict mutants format tidy \
  install clean fuzz bench soak tsan
