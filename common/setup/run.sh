#!/bin/sh
# Runs a program of the course, and says its status in words where that is not 0:
# through make every failure is 2.  run.sh PROGRAM [ARGUMENT...]
set -u

"$@"
status=$?
case $status in
  0) exit 0 ;;
  1) words='ended with status 1: a claim does not hold (or an error, named above)' ;;
  2) words='ended with status 2: bad usage' ;;
  77) words='ended with status 77: not possible on this machine' ;;
  *) words="ended with status $status" ;;
esac
[ $status -le 128 ] || words="was ended by signal $(kill -l $status)"
# Whoever closes a pipe early knows.
[ $status -eq 141 ] || echo "$1 $words" >&2
exit $status
