#!/bin/sh
# Runs site_test.py with the Python that has selenium: the distribution's.
for python in /usr/bin/python3 python3; do
  if "$python" -c 'import selenium' 2>/dev/null; then break; fi
done
exec "$python" -B "$(dirname "$0")/site_test.py" "$@"
