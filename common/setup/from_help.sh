#!/bin/sh
# The man page of cowtop and its completions for bash, zsh and fish, made from
# what `cowtop --help` prints: from_help.sh COWTOP VERSION FOLDER
set -eu
cowtop=$1 version=$2 folder=$3
mkdir -p "$folder"
help=$folder/help
# A flag's text goes on below its beginning: makes it one line.
"$cowtop" --help | awk '
  /^          / { sub(/^ +/, ""); line = line " " $0; next }
  NR > 1 { print line }
  { line = $0 }
  END { print line }' >"$help"

# A line a flag: names with commas between, what it takes, the help; with tabs.
flags=$folder/flags
awk '/^Options:/ { on = 1; next } on && !NF { exit } on {
    line = substr($0, 3)
    gap = match(line, /   */)
    names = substr(line, 1, gap - 1)
    text = substr(line, gap + RLENGTH)
    takes = ""
    if (match(names, / /)) {
      takes = substr(names, RSTART + 1)
      names = substr(names, 1, RSTART - 1)
    }
    print names "\t" takes "\t" text
  }' "$help" >"$flags"
[ -s "$flags" ] || { echo "$cowtop --help lists no options" >&2; exit 1; }

{
  printf '.TH COWTOP 1 "" "cowtop %s" "User Commands"\n' "$version"
  printf '.SH NAME\ncowtop \\- what the processes of a tree really cost\n'
  awk '
    function safe(text) {
      gsub(/\\/, "\\e", text)
      gsub(/-/, "\\-", text)
      if (text ~ /^[.\047]/) text = "\\&" text
      return text
    }
    /^Usage: / {
      printf ".SH SYNOPSIS\n%s\n.SH DESCRIPTION\n", safe(substr($0, 8))
      for (i = 0; i < n; ++i) print before[i]
      past = 1
      next
    }
    !past && /^  / { before[n++] = ".br\n" safe(substr($0, 3)); next }
    !past { before[n++] = NF ? safe($0) : ".PP"; next }
    /^[A-Z][a-z]*:$/ { flags = 1; print ".SH " toupper(substr($0, 1, length($0) - 1)); next }
    flags && /^  [^ ]/ {
      line = substr($0, 3)
      gap = match(line, /   */)
      printf ".TP\n.B %s\n%s\n", safe(substr(line, 1, gap - 1)),
        safe(substr(line, gap + RLENGTH))
      next
    }
    flags && !NF { flags = 0 }
    !flags && /^Exit status: / {
      print ".SH \"EXIT STATUS\""
      print safe(toupper(substr($0, 14, 1)) substr($0, 15))
      next
    }
    { print NF ? safe($0) : ".PP" }' "$help"
} >"$folder/cowtop.1"

{
  echo '# bash completion for cowtop'
  echo '_cowtop() {'
  echo '  local i word=${COMP_WORDS[COMP_CWORD]}'
  echo '  for ((i = 1; i < COMP_CWORD; ++i)); do'
  echo '    if [[ ${COMP_WORDS[i]} == -- ]]; then _command_offset $((i + 1)); return; fi'
  echo '  done'
  echo '  case ${COMP_WORDS[COMP_CWORD - 1]} in'
  awk -F '\t' '{ gsub(/,/, "|", $1) }
    $2 == "FILE" { print "    " $1 ") COMPREPLY=($(compgen -f -- \"$word\")) ;;" }
    $2 == "NAME" { print "    " $1 ") COMPREPLY=($(compgen -u -- \"$word\")) ;;" }
    $2 ~ /^PID/ { print "    " $1 ") COMPREPLY=($(compgen -W \"$(cd /proc && echo [0-9]*)\" -- \"$word\")) ;;" }
    $2 != "" && $2 !~ /^(FILE|NAME|PID)/ { print "    " $1 ") COMPREPLY=() ;;" }' "$flags"
  printf '    *) COMPREPLY=($(compgen -W "%s -- $(cd /proc && echo [0-9]*)" -- "$word")) ;;\n' \
    "$(awk -F '\t' '{ gsub(/,/, " ", $1); printf "%s%s", sep, $1; sep = " " }' "$flags")"
  echo '  esac'
  echo '}'
  echo 'complete -F _cowtop cowtop'
} >"$folder/cowtop.bash"

{
  echo '#compdef cowtop'
  echo '_arguments \'
  awk -F '\t' '{
    text = $3
    gsub(/[][\\:]/, "\\\\&", text)
    gsub(/\047/, "\047\\\047\047", text)
    n = split($1, names, ",")
    words = split($2, takes, " ")
    for (i = 1; i <= n; ++i) {
      printf "  \047%s[%s]", names[i], text
      for (j = 1; j <= words; ++j) {
        action = takes[j] == "FILE" ? "_files" : takes[j] == "NAME" ? "_users" : takes[j] == "PID" ? "_pids" : ""
        printf ":%s:%s", takes[j], action
      }
      print "\047 \\"
    }
  }' "$flags"
  echo "  '*:PID:_pids'"
} >"$folder/_cowtop"

{
  echo '# fish completion for cowtop'
  echo "complete -c cowtop -f -a '(__fish_complete_pids)'"
  awk -F '\t' '{
    text = $3
    gsub(/[\\\047]/, "\\\\&", text)
    n = split($1, names, ",")
    line = "complete -c cowtop"
    for (i = 1; i <= n; ++i)
      line = line (names[i] ~ /^--/ ? " -l " substr(names[i], 3) : " -s " substr(names[i], 2))
    if ($2 == "FILE") line = line " -r -F"
    else if ($2 == "NAME") line = line " -x -a \047(__fish_complete_users)\047"
    else if ($2 ~ /^PID/) line = line " -x -a \047(__fish_complete_pids)\047"
    else if ($2 != "") line = line " -x"
    print line " -d \047" text "\047"
  }' "$flags"
} >"$folder/cowtop.fish"
rm "$help" "$flags"
