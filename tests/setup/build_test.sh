#!/bin/sh
# common/setup/build.sh, with a small project in place of this one.
set -u
build_sh=$PWD/common/setup/build.sh
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/a" && cd "$work/a" || exit 1
failed=0
fail() {
  printf '%s\nbut it said: %s\n' "$1" "$said" >&2
  failed=1
}

cat >CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.24)
project(small LANGUAGES NONE)
add_custom_command(OUTPUT made DEPENDS "${CMAKE_SOURCE_DIR}/from"
  COMMAND sh "${CMAKE_SOURCE_DIR}/from" && touch made COMMENT "Building made")
add_custom_target(things ALL DEPENDS made)
END
cat >CMakePresets.json <<'END'
{"version": 3, "configurePresets":
  [{"name": "default", "binaryDir": "${sourceDir}/build"}]}
END
echo 'echo done' >from

# build STATUS [TARGET]: what it says is in `said`.
build() {
  expected=$1
  shift
  said=$("$build_sh" build default "$@" 2>&1)
  status=$?
  [ $status -eq "$expected" ] || fail "build $* ended with $status"
}

build 0 things
case $said in
  building*...) ;;
  *) fail 'one line is said of a build that goes well' ;;
esac
build 0 things
[ -z "$said" ] || fail 'nothing is said where there is nothing to do'
rm build/made
build 0
[ -f build/made ] || fail 'without a target everything is built'

# (What was made a moment ago may bear the same time as what is written now.)
echo 'echo what is wrong; exit 3' >from
rm build/made
said=$("$build_sh" build default things 2>&1) &&
  fail 'a build that fails ends with its status'
case $said in
  *'what is wrong'*) ;;
  *) fail 'what a build that fails says is shown' ;;
esac
echo 'echo done' >from

# Values of variables, for which it configures again, once.
build 0 -DCOLOR=red things
grep -q '^COLOR:.*=red' build/CMakeCache.txt || fail 'a variable is set'
build 0 -DCOLOR=red things
[ -z "$said" ] || fail 'a variable that has its value is left as it is'

# A folder that was moved with its source, one made with what is lost, and one
# that was not configured to the end.
cd "$work" && mv a b && cd b || exit 1
build 0 things
case $said in
  *'was made in another place'*) ;;
  *) fail 'a folder that was moved is configured again' ;;
esac
sed 's|^CMAKE_MAKE_PROGRAM:.*|CMAKE_MAKE_PROGRAM:FILEPATH=/lost/ninja|' \
  build/CMakeCache.txt >cache && mv cache build/CMakeCache.txt
build 0 things
case $said in
  *'/lost/ninja, which is not here any more'*) ;;
  *) fail 'a folder whose tool is lost is configured again' ;;
esac
rm -f build/build.ninja build/Makefile
build 0 things

# A folder that is damaged, and one that cannot be made.
if [ -f build/build.ninja ]; then
  echo 'rule' >build/build.ninja
  said=$("$build_sh" build default things 2>&1) && fail 'a damaged folder fails'
  case $said in
    *'build/ is damaged: make clean'*) ;;
    *) fail 'of a damaged folder it is said what helps' ;;
  esac
fi
said=$("$build_sh" CMakeLists.txt default things 2>&1) && fail 'no folder: fails'
[ "$said" = 'CMakeLists.txt/ cannot be written: choose another folder with BUILD=' ] ||
  fail 'of what is no folder it is said'

# Of one that CMake cannot configure it says why.
echo 'message(FATAL_ERROR "no such thing")' >>CMakeLists.txt
rm -rf build
said=$("$build_sh" build default things 2>&1) && fail 'a wrong CMakeLists.txt fails'
case $said in
  *'no such thing'*) ;;
  *) fail 'what CMake says of an error is shown' ;;
esac
exit $failed
