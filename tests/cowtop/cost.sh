#!/bin/sh
# What cowtop costs on the question's own scale: 800,000,000 bytes, 10 workers.
#   tests/cowtop/cost.sh [PROGRAM [SECONDS]]    global_data, 60
# PROGRAM is one of tests/cowtop/programs; with `writing` nothing stands still.
# Prints the processor time that cowtop took, and how often it looked. Asserts
# nothing: times are not the same twice.
set -eu
cd "$(dirname "$0")/programs"
cowtop=$PWD/../../../build/bin/cowtop
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkfifo "$folder/in" "$folder/out"
PARKED=$folder /usr/bin/python3 -B "${1:-global_data}.py" 800000000 10 \
  <"$folder/in" >"$folder/out" &
exec 7>"$folder/in" 8<"$folder/out"
read -r ready <&8
[ "$ready" = ready ]
timeout "${2:-60}" "$cowtop" --csv "$folder/csv" $! || :
# User and system time of the children that have ended: cowtop's, and little
# else. (In a pipeline it would be another shell that has none.)
times >"$folder/times"
tail -n 1 "$folder/times"
echo "$(tail -n +2 "$folder/csv" | cut -d, -f1 | sort -u | wc -l) looks"
exec 7>&-
wait
