#!/bin/sh
# Shows that the tests can fail: run_mutants.sh [NAME...]
#
# Each tests/mutants/NAME.patch breaks the code in one way. Its first lines say
# what is broken and which tests must notice:
#   What: <a sentence>
#   Noticed by: <a regular expression of test names>
# For each, a copy of the source is patched and built, and those tests are run.
# Exit status 0 if every mutant was noticed; 1 if one survived, no longer
# applies, or does not compile.
set -u

folder='build-mutants'
source=$folder/source
build=$folder/build
log=$folder/log

fail() {
  printf 'FAILED    %-28s %s\n' "$1" "$2"
  failed=1
}

# The programs in which the tests that match $1 are; nothing, so that all are
# built, if one of these tests is something else.
programs_of() {
  programs=
  for command in $(ctest --test-dir $build -N -V -R "$1" |
      sed -n 's/^.*Test command: "\{0,1\}\([^"]*[^" ]\).*/\1/p' | sort -u); do
    case $command in
      */bin/*_test) programs="$programs $(basename "$command")" ;;
      *) return ;;
    esac
  done
  printf '%s' "$programs"
}

# A repository of its own, so that git applies patches there and not here.
mkdir -p "$source" && git -C "$source" init -q || exit 1
git ls-files -co --exclude-standard -z | xargs -0 tar cf - 2>/dev/null |
  tar xf - -C "$source" || exit 1

generator=
command -v ninja >/dev/null && generator='-G Ninja'
# shellcheck disable=SC2086  # the generator is two words, or none
[ -f $build/CMakeCache.txt ] ||
  cmake -S $source -B $build -DCOWPOOL_ONE_FILE_A_ROOM=OFF $generator >$log 2>&1 || { cat $log; exit 1; }
cmake --build $build --target tests >$log 2>&1 || { cat $log; exit 1; }

failed=0
if [ $# -eq 0 ]; then
  for patch in tests/mutants/*.patch; do
    set -- "$@" "$(basename "$patch" .patch)"
  done
fi
for name; do
  patch=$PWD/tests/mutants/$name.patch
  what=$(sed -n 's/^What: //p' "$patch")
  tests=$(sed -n 's/^Noticed by: //p' "$patch")
  if ! git -C $source apply "$patch" 2>$log; then
    fail "$name" "the patch no longer applies: $(head -n 1 $log)"
    continue
  fi
  programs=$(programs_of "$tests")
  # shellcheck disable=SC2086  # the programs are words
  if ! cmake --build $build --target ${programs:-tests} >$log 2>&1; then
    fail "$name" "does not compile"
    grep -m 3 'error' $log
  elif ctest --test-dir $build --timeout 60 -R "$tests" --no-tests=ignore \
      --stop-on-failure >$log 2>&1; then
    fail "$name" "no test noticed: $what"
  else
    printf 'noticed   %-28s %s\n' "$name" "$what"
  fi
  git -C $source apply -R "$patch"
done
cmake --build $build --target tests >$log 2>&1
exit $failed
