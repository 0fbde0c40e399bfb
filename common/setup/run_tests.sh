#!/bin/sh
# Runs the tests of a build folder: run_tests.sh BUILD [CTEST_FLAG...]
#
# ctest's summary comes last; before it, why tests were skipped. The reasons
# come from the tests themselves (tests/support/main.cc).
set -u

build=$1
shift
COWPOOL_SKIPPED=$(mktemp) || exit 1
export COWPOOL_SKIPPED
# Under a sanitizer, too, memory that is not to be had is not to be had: no end.
export ASAN_OPTIONS="allocator_may_return_null=1:${ASAN_OPTIONS-}"
export TSAN_OPTIONS="allocator_may_return_null=1:${TSAN_OPTIONS-}"
status_file=$(mktemp) || exit 1
trap 'rm -f "$COWPOOL_SKIPPED" "$status_file"' EXIT

{
  ctest --test-dir "$build" --output-on-failure --no-tests=error \
    -j "$(nproc 2>/dev/null || echo 2)" "$@"
  echo $? >"$status_file"
} | awk -v skipped="$COWPOOL_SKIPPED" '
  /tests passed, .* tests failed/ {
    while ((getline line < skipped) > 0) print line
  }
  {print; fflush()}'
exit "$(cat "$status_file")"
