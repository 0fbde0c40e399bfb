#!/bin/sh
# Fuzzes everything that parses: run_fuzz.sh [TARGET...]
#
# Each tests/fuzz/TARGET.cc is fed with what libFuzzer makes of its corpus
# (tests/fuzz/corpus/TARGET, and what earlier runs have added to build-fuzz) for
# TIME seconds (60), one target after the other. An input for which the target
# crashes, leaks, takes too much time or memory, or ends because a property does
# not hold, is a finding: it is left in build-fuzz/findings. Once it is fixed,
# it belongs into the corpus, under a name that says what it was.
#   KEEP=1   also adds to the corpus what it lacks of the coverage reached
# Exit status 0 if there was no finding.
set -u

build='build-fuzz'
corpora=tests/fuzz/corpus
found=$build/findings
mkdir -p $build/grown $build/log $found || exit 1

# A small quarantine, or freed blocks would count as memory in use. Who asks for
# memory and can live without is told that there is none; any other request for
# more than 64 MB is a finding.
ASAN_OPTIONS='quarantine_size_mb=8:max_allocation_size_mb=64'
export ASAN_OPTIONS=$ASAN_OPTIONS:allocator_may_return_null=1
export UBSAN_OPTIONS='print_stacktrace=1'

# Some targets read files, which lie in memory where there is such a place.
TMPDIR=$(mktemp -d /dev/shm/fuzz-XXXXXX 2>/dev/null || mktemp -d) || exit 1
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
trap 'exit 1' HUP INT TERM

# The value of a statistic in the log: last_of PATTERN.
last_of() { sed -n "s/$1.*/\1/p" "$log" | tail -n 1; }

failed=0
if [ $# -eq 0 ]; then
  for program in "$build"/bin/fuzz_*; do
    set -- "$@" "${program##*/fuzz_}"
  done
fi
row='%-11s %12s %10s %10s %10s  %s\n'
table=$(
  # shellcheck disable=SC2059  # the form of a row
  printf "$row" target runs 'a second' 'new inputs' edges findings
)
for name; do
  if [ ! -x "$build/bin/fuzz_$name" ]; then
    echo "run_fuzz.sh: $name: expected a target, a file of tests/fuzz" >&2
    exit 2
  fi
  log=$build/log/$name
  grown=$build/grown/$name
  mkdir -p "$grown"
  dictionary=
  [ -f tests/fuzz/"$name".dict ] &&
    dictionary=-dict=tests/fuzz/$name.dict
  printf 'fuzzing %s for %s s\n' "$name" "${TIME:-60}"
  # shellcheck disable=SC2086  # no dictionary is no argument
  "$build/bin/fuzz_$name" -max_total_time="${TIME:-60}" -timeout=10 \
    -rss_limit_mb=512 -malloc_limit_mb=65 -max_len=4096 -reload=0 \
    -print_final_stats=1 -artifact_prefix="$found/$name-" $dictionary \
    "$grown" "$corpora/$name" >"$log" 2>&1
  status=$?
  finding=none
  if [ $status -ne 0 ]; then
    failed=1
    finding=$(last_of '.*Test unit written to \(.*\)')
    [ -n "$finding" ] || finding="see $log"
    grep -m 3 -E 'ERROR: |runtime error: |does not hold' "$log"
  elif [ "${KEEP:-0}" != 0 ]; then
    "$build/bin/fuzz_$name" -merge=1 -use_counters=0 -max_len=4096 \
      "$corpora/$name" "$grown" >"$log.merge" 2>&1
  fi
  table=$table'
'$(
    # shellcheck disable=SC2059  # the form of a row
    printf "$row" "$name" "$(last_of 'stat::number_of_executed_units: *\(.*\)')" \
      "$(last_of 'stat::average_exec_per_sec: *\(.*\)')" \
      "$(last_of 'stat::new_units_added: *\(.*\)')" \
      "$(last_of '.* cov: \([0-9]*\)')" "$finding"
  )
done
printf '\n%s\n' "$table"
exit $failed
