grep -HE '^(Pss|Private_[A-Za-z]+):' 2>/dev/null \
  $(printf '/proc/%s/smaps_rollup ' $(pgrep -g $(ps -o pgid= 4711))) |
  awk -F '[: ]+' '$2 == "Pss" {sum += $3; next} {own[$1] += $3}
    END {for (f in own) print own[f], "kB its own:", f; print sum, "kB in all"}' |
  sort -n
