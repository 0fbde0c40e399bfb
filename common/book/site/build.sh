#!/bin/sh
# Builds the site of the documents: build.sh FOLDER
#
# Sphinx wants its sources in one tree, so that is made first (stage.py): the
# documents as they are, and a page for each file of ours that they link to. The
# script (src/) is bundled in FOLDER-tools; without node and npm the site is
# built without it, and every page is whole as text and pictures.
# Exit status 77 where Sphinx or what it needs is not installed.
set -eu

site=$1
here=$(dirname "$0")

# The distribution's Python: its packages are built for that one.
for python in /usr/bin/python3 python3; do
  if "$python" -c 'import sphinx, myst_parser, furo' 2>/dev/null; then
    rm -rf "$site" "$site-source"
    "$python" -B "$here/stage.py" "$site-source"
    if why=$("$here/tools.sh" "$site-tools"); then
      (cd "$site-tools" && npm run -s bundle)
      mkdir "$site-source/.script"
      cp "$site-tools/out/cowpool.js" "$site-source/.script"
    else
      echo "the site is built without script: $why" >&2
    fi
    "$python" -B -m sphinx -q -W --keep-going -j auto -d "$site-source/.tree" \
      -c "$here" "$site-source" "$site"
    echo "the site: $site/index.html"
    exit 0
  fi
done
reason="the site needs Sphinx with myst-parser and furo"
echo "$reason" >&2
# Where a run of all tests collects why some were skipped.
if [ -n "${COWPOOL_SKIPPED-}" ]; then
  echo "skipped  site.IsBuiltWithoutWarnings: $reason" >>"$COWPOOL_SKIPPED"
fi
exit 77
