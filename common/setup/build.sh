#!/bin/sh
# Builds targets: build.sh BUILD PRESET [-DNAME=VALUE...] [TARGET...]
#
# Configures the folder BUILD if that was not done, if a -D value differs from the
# cached one, or if the folder can no longer be used; then builds the targets, or
# everything. Says in one line how far it is, and nothing where there is nothing
# to do. What the compiler says is shown only if the build fails; BUILD/build.log
# has all that the last build said.
set -u

build=$1 preset=$2
shift 2
cache=$build/CMakeCache.txt
# CMake may run make: our make's flags are not for it.
unset MAKEFLAGS MAKELEVEL MFLAGS

terminal=
[ -t 2 ] && [ "${TERM:-dumb}" != dumb ] && terminal=yes
# Overwrites the progress line on the terminal; an empty text clears it.
progress() { [ -z "$terminal" ] || printf '\r\033[K%s' "$1" >&2; }

# The value of a variable of the cache.
cached() { sed -n "s/^$1:[A-Z]*=//p" "$cache" 2>/dev/null; }

# Whether the folder was configured to the end and still can be used; if not any
# more, says why.
usable() {
  [ -f "$build/build.ninja" ] || [ -f "$build/Makefile" ] || return 1
  [ -s "$cache" ] || return 1
  if ! [ "$(cached CMAKE_HOME_DIRECTORY)" -ef . ] ||
    ! [ "$(cached CMAKE_CACHEFILE_DIR)" -ef "$build" ]; then
    echo "$build/ was made in another place; it is configured again" >&2
    return 1
  fi
  for tool in CMAKE_MAKE_PROGRAM CMAKE_CXX_COMPILER COWPOOL_CCACHE; do
    path=$(cached $tool)
    case $path in '' | *-NOTFOUND) continue ;; esac
    if ! command -v "$path" >/dev/null; then
      echo "$build/ was made with $path, which is not here any more; it is" \
        "configured again" >&2
      return 1
    fi
  done
}

# configure FLAG...: shows what CMake says only where it fails.
configure() {
  progress "configuring $build/ ..."
  said=$(cmake --preset "$preset" -B "$build" "$@" 2>&1)
  status=$?
  progress ''
  # On a full disk CMake may end well without having written what it should.
  if [ -f "$build/build.ninja" ] || [ -f "$build/Makefile" ]; then
    [ $status -eq 0 ] && return
  fi
  printf '%s\n' "$said" >&2
  [ $status -ne 0 ] || status=1
  exit $status
}

if ! mkdir -p "$build" 2>/dev/null || ! [ -w "$build" ]; then
  echo "$build/ cannot be written: choose another folder with BUILD=" >&2
  exit 1
fi

variables= changed=
while [ $# -gt 0 ]; do
  case $1 in -D*=*) ;; *) break ;; esac
  variables="$variables $1"
  name=${1#-D}
  [ "$(cached "${name%%=*}")" = "${name#*=}" ] || changed=yes
  shift
done
# Open MPI may have been installed since: then one more lesson is built.
case $(cached COWPOOL_MPIRUN) in
  *-NOTFOUND) if command -v mpirun >/dev/null; then changed=yes; fi ;;
esac
# shellcheck disable=SC2086  # words
if ! usable; then
  # Ninja where it is there; a build folder keeps the generator it began with.
  generator=
  command -v ninja >/dev/null && generator='-G Ninja'
  configure --fresh $generator $variables
elif [ -n "$changed" ]; then
  configure $variables
fi

# Reads what Ninja or make says, shows how far it is ("[12/68] Building ..." or
# "[ 17%] Building ..."), and returns the status that the last line names.
shown() {
  trap '' INT # Ctrl-C ends the build, and thereby what is read here
  status=130 said=
  while IFS= read -r line; do
    printf '%s\n' "$line" >&3
    case $line in
      'build ended with '*) status=${line##* } ;;
      '['*'] Built target '* | '['*'] Re-'*) ;;
      '['*[0-9]*'] '*)
        at=${line%%]*} at=${at#[}
        steps=${at#*/}
        if [ "$steps" = "$at" ]; then steps=; else at="${at%/*} of $steps"; fi
        progress "building $at ..."
        [ -n "$terminal$said" ] ||
          case $steps in
            '' | 1) echo "building ..." ;;
            *) echo "building $steps files ..." ;;
          esac >&2
        said=yes
        ;;
    esac
  done 3>"$build/build.log"
  progress ''
  return "$status"
}

{
  NINJA_STATUS='[%f/%t] ' cmake --build "$build" -j "${JOBS:-2}" \
    ${1:+--target "$@"} 2>&1
  echo "build ended with $?"
} | shown
status=$?
# All that is said about the failure: not the steps that went well.
[ $status -eq 0 ] || grep -v -e '^\[ *[0-9/]*%*\] ' -e '^-- ' \
  -e '^build ended' "$build/build.log" >&2
if grep -q "^ninja: error: .*build\.ninja" "$build/build.log"; then
  echo "$build/ is damaged: make clean, then try again" >&2
fi
exit $status
