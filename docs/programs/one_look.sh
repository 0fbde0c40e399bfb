awk '/^Pss:/ {sum += $2} /^Private_/ {own[FILENAME] += $2}
  END {for (f in own) print own[f], "kB its own:", f; print sum, "kB in all"}' \
  $(printf '/proc/%s/smaps_rollup ' $(pgrep -g $(ps -o pgid= 4711))) | sort -n
