#!/bin/sh
# `make package`: what is in the .deb, and that the program of it needs nothing.
#   package_test.sh BUILD: the build folder
set -eu
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
  echo "$*" >&2
  exit 1
}

env -u MAKEFLAGS -u MAKELEVEL NO_INSTALL=1 make -s package "BUILD=$build" \
  >"$work/made"
deb=$(sed -n '/\.deb$/p' "$work/made")
portable=$(sed '/\.deb$/d' "$work/made")
[ -f "$deb" ] && [ -f "$portable" ] || fail "made is: $(cat "$work/made")"

dpkg-deb --extract "$deb" "$work/deb"
(cd "$work/deb" && find . -type f | sort) >"$work/files"
cat >"$work/always" <<END
./usr/bin/cowtop
./usr/share/bash-completion/completions/cowtop
./usr/share/doc/cowtop/copyright
./usr/share/fish/vendor_completions.d/cowtop.fish
./usr/share/man/man1/cowtop.1
./usr/share/zsh/vendor-completions/_cowtop
END
# With all pages that cowtop names.
grep -ao 'docs/[0-9a-z_]*\.md' "$portable" | sort -u >"$work/pages"
[ "$(wc -l <"$work/pages")" -gt 5 ] || fail "cowtop names no pages"
sed 's|^|./usr/share/doc/cowtop/|' "$work/pages" | sort - "$work/always" \
  >"$work/expected"
diff "$work/expected" "$work/files" || fail "the .deb has other files"
[ -z "$(dpkg-deb --field "$deb" Depends)" ] || fail "the .deb needs packages"
cmp "$portable" "$work/deb/usr/bin/cowtop" || fail "the .deb has another cowtop"

[ "$(wc -c <"$portable")" -le 5000000 ] || fail "$portable is above 5 MB"
# It runs where there is nothing else, not even a C library.
mkdir "$work/bare"
cp "$portable" "$work/bare/cowtop"
[ "$(id -u)" -eq 0 ] || alone='unshare --map-root-user'
${alone:-} true 2>/dev/null || alone=none
if [ "${alone:-}" = none ]; then
  echo "not tried in a bare root: this user may not make one"
else
  ${alone:-} chroot "$work/bare" /cowtop --version >"$work/version" ||
    fail "it does not run alone"
  grep -q '^cowtop [0-9]' "$work/version" || fail "$(cat "$work/version")"
fi
"$portable" --once $$ | grep -q '^What the machine' ||
  fail "it prints no table"

# Every flag of --help is in the man page and in the completions.
"$portable" --help | sed -n 's/^  \(-[-a-z,]*\).*/\1/p' | tr , '\n' >"$work/flags"
[ "$(wc -l <"$work/flags")" -gt 9 ] || fail "--help has few flags"
share=$work/deb/usr/share
while read -r flag; do
  escaped=$(printf '%s' "$flag" | sed 's/-/\\\\-/g')
  grep -q "^\.B .*$escaped" "$share/man/man1/cowtop.1" ||
    fail "the man page has no $flag"
  # shellcheck disable=SC2016
  bash -c 'source "$1"; COMP_WORDS=(cowtop "$2"); COMP_CWORD=1; _cowtop
    printf "%s\n" "${COMPREPLY[@]}"' bash \
    "$share/bash-completion/completions/cowtop" "$flag" | grep -qx -e "$flag" ||
    fail "bash does not complete $flag"
  grep -q -e "'$flag\[" "$share/zsh/vendor-completions/_cowtop" ||
    fail "zsh does not complete $flag"
  case $flag in --*) of_fish="-l ${flag#--}" ;; *) of_fish="-s ${flag#-}" ;; esac
  grep -q -e " $of_fish " "$share/fish/vendor_completions.d/cowtop.fish" ||
    fail "fish does not complete $flag"
done <"$work/flags"
for section in SYNOPSIS DESCRIPTION OPTIONS 'EXIT STATUS'; do
  grep -q "^\.SH \"*$section" "$share/man/man1/cowtop.1" ||
    fail "the man page has no $section"
done
