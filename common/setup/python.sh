#!/bin/sh
# Runs the Python that has what the documents are made with: python.sh ARGUMENT...
# The distribution's comes first: its packages are built for that one. Exit
# status 77 where there is none.
for python in /usr/bin/python3 python3; do
  if "$python" -c 'import markdown_it, numpy' 2>/dev/null; then
    exec "$python" -B "$@"
  fi
done
reason='the documents need a python3 with markdown-it-py and numpy'
echo "$reason" >&2
# Where a run of all tests collects why some were skipped.
if [ -n "${COWPOOL_SKIPPED-}" ]; then
  echo "skipped  book (${2-}): $reason" >>"$COWPOOL_SKIPPED"
fi
exit 77
