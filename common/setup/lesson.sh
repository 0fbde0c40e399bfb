#!/bin/sh
# Prints the name of a lesson that has a program: lesson.sh NUMBER, 04 or 4, or
# the name itself. For anything else lists these lessons, and ends with 2. A second
# argument is the target of make that is told of then.
set -u

awk -v number="$1" -v target="${2:-lesson}" '
  # In the manifest each value has a line of its own, the name before the
  # question; a lesson that is not written yet has no question.
  /^ *"name":/ { split($0, part, "\""); name = part[4] }
  /^ *"question":/ {
    if (number == name ||
        number ~ /^[0-9][0-9]?$/ && number + 0 == substr(name, 1, 2) + 0) {
      found = name
    }
    sub(/^ *"question": *"/, ""); sub(/",? *$/, ""); gsub(/\\"/, "\"")
    list = list "\n  " substr(name, 1, 2) " " substr(name, 4) "\n     " $0
  }
  END {
    if (found) { print found; exit 0 }
    if (number != "") why = "N=" number " is no lesson that is written.\n"
    print why "make " target " needs the number of a lesson, such as N=04:" list \
      > "/dev/stderr"
    exit 2
  }' lessons/lessons.json
