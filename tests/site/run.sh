#!/bin/sh
# Runs one file of tests of the site's script: run.sh SITE NAME
#
# In the folder SITE-tools, where what the tests import is (tools.sh). Exit
# status 77, with the reason, where node, npm, their packages or the browser are
# missing.
set -eu

site=$1 name=$2
source=$(cd "$(dirname "$0")/../.." && pwd)

skip() {
  echo "skipped: $1"
  if [ -n "${COWPOOL_SKIPPED-}" ]; then
    echo "skipped  site.$name: $1" >>"$COWPOOL_SKIPPED"
  fi
  exit 77
}

why=$("$source/common/book/site/tools.sh" "$site-tools") || skip "$why"
for browser in chromium chromium-browser google-chrome ''; do
  if [ -n "$browser" ] && command -v "$browser" >/dev/null; then break; fi
done
[ -n "$browser" ] || skip "there is no chromium"
[ -e "$site/index.html" ] || skip "there is no site in $site: make site"
COWPOOL_SITE=$(cd "$site" && pwd)
COWPOOL_BROWSER=$(command -v "$browser")
export COWPOOL_SITE COWPOOL_BROWSER COWPOOL_SOURCE="$source"
cd "$site-tools"
if [ "$name" = types ]; then exec npm run -s types; fi
exec node --preserve-symlinks --preserve-symlinks-main "tests/$name.test.mjs"
