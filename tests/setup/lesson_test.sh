#!/bin/sh
# What make lesson says to a number that no lesson has, before it builds anything;
# and how a status is said in words.
set -u
build=$(mktemp -d)/build || exit 1
trap 'rm -rf "${build%/build}"' EXIT
failed=0
fail() {
  printf '%s\n' "$*" >&2
  failed=1
}

for number in '' 99 0 4x 004 '*' '../04_global' "'" '; exit 0'; do
  said=$(env -u MAKEFLAGS -u MAKELEVEL NO_INSTALL=1 N="$number" \
    make lesson BUILD="$build" 2>&1)
  [ $? -eq 2 ] || fail "make lesson N=$number did not end with 2"
  case $said in
    *'N=04:'*'01 pass_self'*'04 global'*'without a copy each?'*) ;;
    *) fail "make lesson N=$number does not list the lessons: $said" ;;
  esac
  case $said in
    "${number:+N=$number is no lesson}"*) ;;
    *) fail "make lesson N=$number is not told what is wrong: $said" ;;
  esac
  [ ! -e "$build" ] || fail "make lesson N=$number has built something"
done
for number in 4 04 04_global; do
  name=$(common/setup/lesson.sh $number)
  [ "$name" = 04_global ] || fail "lesson $number is $name"
done

# expect STATUS COMMAND WORDS: of a shell that runs COMMAND.
expect() {
  said=$(common/setup/run.sh sh -c "$2" 2>&1)
  status=$?
  [ $status -eq "$1" ] || fail "'$2' ended with $status"
  case $said in *"$3"*) ;; *) fail "'$2' is said to be: $said" ;; esac
}
expect 1 'exit 1' 'a claim does not hold'
expect 2 'exit 2' 'bad usage'
expect 77 'exit 77' 'not possible on this machine'
expect 3 'exit 3' 'sh ended with status 3'
expect 137 'kill -KILL $$' 'ended by signal KILL'
said=$(common/setup/run.sh sh -c 'kill -PIPE $$' 2>&1)
[ -z "$said" ] || fail "a program whose reader has gone is said to be: $said"
said=$(common/setup/run.sh true 2>&1)
[ -z "$said" ] || fail "a program that ended well is said to be: $said"
exit $failed
