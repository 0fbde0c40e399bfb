#!/bin/sh
# Makes a folder in which the site's script is bundled and tested:
# tools.sh FOLDER
#
# The packages go there, not into the source tree; src and tests are links, so
# that what they import is found in the folder. Packages are fetched only if the
# lock file has changed. Exit status 77, with the reason, where that is not
# possible.
set -eu

tools=$1
here=$(cd "$(dirname "$0")" && pwd)

for program in node npm; do
  if ! "$program" --version >/dev/null 2>&1; then
    echo "there is no $program"
    exit 77
  fi
done
mkdir -p "$tools"
ln -sfn "$here/src" "$tools/src"
ln -sfn "$here/../../../tests/site" "$tools/tests"
cp "$here/package.json" "$here/tsconfig.json" "$here/.npmrc" "$tools"
if ! cmp -s "$here/package-lock.json" "$tools/installed.json"; then
  cp "$here/package-lock.json" "$tools"
  if ! (cd "$tools" && npm ci --ignore-scripts >npm.log 2>&1); then
    echo "npm could not fetch the packages: $tools/npm.log"
    exit 77
  fi
  cp "$here/package-lock.json" "$tools/installed.json"
fi
