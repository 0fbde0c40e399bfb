#!/bin/sh
# Sees to the packages that a target of the Makefile needs.
#
#   common/setup/packages.sh [GROUP...]    build (the default), twins, bench,
#                                          tidy, docs, browser, mutants,
#                                          classroom, mpi, recipes
#
# Nothing missing: silent, exit 0. Something missing: says what and with which
# command it will be installed, and installs it, with sudo where not root. It
# never asks a question, not even for sudo's password.
#   NO_INSTALL=1   installs nothing: says what is missing and exits 1.
# A library that cannot be installed is not an error: CMake fetches it, or builds
# without it (dependencies.cmake). A compiler or a tool that cannot be installed is one:
# exit 1.
#
# Only apt was tried, on Debian 12 and 13; the commands and names for dnf,
# zypper, pacman and brew are from what is written about them.
set -eu

# dependencies.cmake needs FIND_PACKAGE_ARGS, which came with this version.
cmake_needed=3.24

say() { printf 'cowpool: %s\n' "$*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

# Some systems carry the tools of another one, hence the database and not only
# the command.
if [ -s /var/lib/dpkg/status ] && has apt-get; then
  manager=apt install='apt-get install -y --no-install-recommends'
elif has dnf; then
  manager=dnf install='dnf install -y'
elif has zypper; then
  manager=zypper install='zypper --non-interactive install'
elif has pacman; then
  manager=pacman install='pacman -S --needed --noconfirm'
elif has brew; then
  manager=brew install='brew install'
else
  manager=none install=
fi

# What a group needs, in the words of the package manager:
#   tool COMMAND PACKAGE   a COMMAND that works will do, wherever it is from
#   package PACKAGE...     the package itself
#   library PACKAGE...     the package itself, or else CMake fetches it or builds
#                          without it
needs_of() {
  case "$manager $1" in
    'apt build')
      tool c++ g++
      tool cmake cmake
      tool ninja ninja-build
      library libgtest-dev libgmock-dev libfmt-dev libeigen3-dev \
        libcereal-dev libcli11-dev nlohmann-json3-dev libncurses-dev libdw-dev
      ;;
    'dnf build')
      tool c++ gcc-c++
      tool cmake cmake
      tool ninja ninja-build
      library gtest-devel gmock-devel fmt-devel eigen3-devel cereal-devel \
        cli11-devel json-devel ncurses-devel elfutils-devel
      ;;
    'zypper build')
      tool c++ gcc-c++
      tool cmake cmake
      tool ninja ninja
      library gtest gmock fmt-devel eigen3-devel cereal-devel cli11-devel \
        nlohmann_json-devel ncurses-devel libdw-devel
      ;;
    'pacman build')
      tool c++ gcc
      tool cmake cmake
      tool ninja ninja
      library gtest fmt eigen cereal cli11 nlohmann-json ncurses libelf
      ;;
    'brew build')
      tool c++ gcc
      tool cmake cmake
      tool ninja ninja
      library googletest fmt eigen cereal cli11 nlohmann-json ncurses
      ;;
    'none build')
      tool c++ g++
      tool cmake "cmake (>= $cmake_needed)"
      ;;

    # The python3 of the distribution even if PATH has another one: numpy is
    # built for that one, and the twins measure that one. psutil and smem are
    # meters that cowtop is compared with; in tmux the tests look at its screen.
    'apt twins') package python3 python3-numpy python3-psutil smem tmux ;;
    'dnf twins' | 'zypper twins') package python3 python3-numpy tmux ;;
    'pacman twins') package python python-numpy tmux ;;
    'brew twins') package python numpy tmux ;;
    'none twins') tool numpy 'python3 with numpy' ;;

    # Hand-ins are run in bubblewrap; without it a fallback limits less.
    'apt classroom' | 'dnf classroom' | 'zypper classroom')
      package python3 python3-numpy bubblewrap
      ;;
    'pacman classroom') package python python-numpy bubblewrap ;;
    'brew classroom' | 'none classroom') tool python3 python3 ;;

    # For the lesson that goes past one machine, and for its twin.
    'apt mpi') library libopenmpi-dev openmpi-bin python3-mpi4py ;;
    'dnf mpi') library openmpi-devel openmpi python3-mpi4py-openmpi ;;
    'zypper mpi') library openmpi4-devel openmpi4 python3-mpi4py ;;
    'pacman mpi') library openmpi python-mpi4py ;;
    'brew mpi') library open-mpi mpi4py ;;
    'none mpi') ;;

    # What the recipes are shown with. Those of a missing one are skipped.
    'apt recipes') library python3-pandas python3-joblib gunicorn puma ;;
    'dnf recipes' | 'zypper recipes') library python3-pandas python3-joblib ;;
    'pacman recipes') library python-pandas python-joblib gunicorn ;;
    'brew recipes' | 'none recipes') ;;

    'apt bench') library libbenchmark-dev ;;
    'dnf bench') library google-benchmark-devel ;;
    'zypper bench') library benchmark-devel ;;
    'pacman bench') library benchmark ;;
    'brew bench') library google-benchmark ;;
    'none bench') ;;

    # The sanitizers' run-time libraries are packages of their own in some
    # distributions and a part of the compiler's in others.
    'apt tidy')
      tool clang++ clang
      tool clang-format clang-format
      tool clang-tidy clang-tidy
      package libclang-rt-dev
      ;;
    'dnf tidy')
      tool clang++ clang
      tool clang-format clang-tools-extra
      tool clang-tidy clang-tools-extra
      package compiler-rt libasan libtsan libubsan
      ;;
    'zypper tidy')
      tool clang++ clang
      tool clang-format clang-tools
      tool clang-tidy clang-tools
      ;;
    'pacman tidy')
      tool clang++ clang
      tool clang-format clang
      tool clang-tidy clang
      package compiler-rt
      ;;
    'brew tidy')
      tool clang-format clang-format
      package llvm
      ;;
    'none tidy')
      tool clang++ clang
      tool clang-format clang-format
      tool clang-tidy clang-tidy
      ;;

    # npm fetches what the site's script is bundled with. The ctags must be
    # universal-ctags, which writes JSON.
    'apt docs')
      tool node nodejs
      tool npm npm
      package python3-markdown-it universal-ctags
      package python3-sphinx python3-myst-parser furo
      ;;
    'dnf docs')
      tool node nodejs
      tool npm npm
      package python3-markdown-it-py ctags
      package python3-sphinx python3-myst-parser python3-furo
      ;;
    'zypper docs')
      tool node nodejs
      tool npm npm
      package python3-markdown-it-py ctags
      package python3-Sphinx python3-myst-parser python3-furo
      ;;
    'pacman docs')
      tool node nodejs
      tool npm npm
      package python-markdown-it-py ctags
      package python-sphinx python-myst-parser python-sphinx-furo
      ;;
    'brew docs')
      tool node node
      package universal-ctags
      package sphinx-doc  # furo, myst-parser and markdown-it-py come with pip
      ;;
    'none docs')
      tool node nodejs
      tool npm npm
      tool ctags universal-ctags
      tool sphinx-build 'Sphinx with myst-parser and furo'
      ;;

    # The browser that the site is tested in; npm brings what drives it.
    'apt browser' | 'dnf browser' | 'zypper browser' | 'pacman browser')
      package chromium
      ;;
    'brew browser' | 'none browser') tool chromium chromium ;;

    *' mutants') tool git git ;;

    *)
      say "'$1' is no group of packages;" \
        'there are: build twins bench tidy docs browser mutants classroom mpi' \
        'recipes'
      exit 2
      ;;
  esac
}

# Major and minor, as "3.25"; nothing where cmake does not work.
cmake_version() {
  has cmake || return 0
  cmake --version 2>/dev/null | sed -n '1s/[^0-9]*\([0-9]*\.[0-9]*\).*/\1/p'
}

# A name in PATH is not enough: version managers leave stubs there that only
# say that the program is not installed.
works() {
  case $1 in
    c++)
      for compiler in "${CXX:-c++}" g++ clang++; do
        if "$compiler" --version >/dev/null 2>&1; then return 0; fi
      done
      return 1
      ;;
    cmake)
      found=$(cmake_version)
      [ -n "$found" ] || return 1
      [ "${found%%.*}" -gt "${cmake_needed%%.*}" ] ||
        { [ "${found%%.*}" -eq "${cmake_needed%%.*}" ] &&
          [ "${found#*.}" -ge "${cmake_needed#*.}" ]; }
      ;;
    numpy) python3 -c 'import numpy' >/dev/null 2>&1 ;;
    *) "$1" --version >/dev/null 2>&1 ;;
  esac
}

tool() {
  if works "$1"; then return 0; fi
  case " $tools " in
    *" $2 "*) ;;
    *) tools="$tools $2" ;;
  esac
}
package() { packages="$packages $*"; }
library() { libraries="$libraries $*"; }

# Prints those of the named packages that the manager does not have installed.
# One question for all names: this runs before every target.
not_installed() {
  case $manager in
    apt)
      # shellcheck disable=SC2016 # dpkg-query's own variables
      here=$(dpkg-query -W -f '${db:Status-Status}=${Package} ' "$@" \
        2>/dev/null) || :
      for name in "$@"; do
        case " $here" in
          *" installed=$name "*) ;;
          *) printf '%s ' "$name" ;;
        esac
      done
      ;;
    dnf | zypper)
      LC_ALL=C rpm -q --whatprovides "$@" 2>/dev/null |
        sed -n 's/^no package provides \(.*\)/\1/p' | tr '\n' ' '
      ;;
    pacman) pacman -T "$@" | tr '\n' ' ' || : ;;
    brew)
      prefix=$(brew --prefix)
      for name in "$@"; do
        [ -e "$prefix/opt/$name" ] || printf '%s ' "$name"
      done
      ;;
  esac
}

# Sets `must` and `may` to what group $1 lacks: what nothing can replace, and
# what CMake can fetch.
look() {
  tools='' packages='' libraries='' must='' may=''
  needs_of "$1"
  must=$tools
  # shellcheck disable=SC2086 # lists of names
  set -- $packages $libraries
  if [ $# -eq 0 ]; then return 0; fi
  for name in $(not_installed "$@"); do
    case " $packages " in
      *" $name "*) must="$must $name" ;;
      *) may="$may $name" ;;
    esac
  done
}

# Sets `must` and `may` for all groups together.
look_at_all() {
  all_must='' all_may=''
  for group in "$@"; do
    look "$group"
    all_must="$all_must$must" all_may="$all_may$may"
  done
  must=${all_must# } may=${all_may# }
}

# Runs a command as the one who may install, and says so first.
run() {
  # shellcheck disable=SC2086 # $as_root is a command and its options, or empty
  set -- $as_root "$@"
  printf '+ %s\n' "$*" >&2
  "$@"
}

if [ $# -eq 0 ]; then set -- build; fi

# What a person would type: the same command, by whoever reads the message.
by_hand=$install
if [ "$manager" != brew ] && [ "$(id -u)" -ne 0 ]; then
  by_hand="sudo $install"
fi

if [ "${NO_INSTALL:-0}" != 0 ]; then
  status=0
  for group in "$@"; do
    look "$group"
    lack="$must$may"
    if [ -n "$lack" ]; then
      status=1
      case $manager in
        none) how='there is no package manager here that this script knows' ;;
        *) how="they come with: $by_hand$lack" ;;
      esac
      say "'$group' lacks$lack, and NO_INSTALL=1 forbids to install; $how"
    fi
  done
  exit $status
fi

look_at_all "$@"
if [ -z "$must$may" ]; then exit 0; fi
lack="${must:+$must }$may"
lack=${lack% }

if [ "$manager" = none ]; then
  say "no package manager that this script knows (apt, dnf, zypper, pacman," \
    "brew): please install yourself: $must"
  exit 1
fi

as_root=
if [ "$manager" != brew ] && [ "$(id -u)" -ne 0 ]; then
  if has sudo && sudo -n true 2>/dev/null; then
    as_root='sudo -n'
  elif [ -z "$must" ]; then
    say "not installed, so CMake will fetch them or do without: $may"
    exit 0
  elif has sudo; then
    say "missing: $lack. sudo wants a password, and this script never asks" \
      "for one; please run once: $by_hand $lack"
    exit 1
  else
    say "missing: $lack. This user is not root and there is no sudo;" \
      "someone who may install has to run: $install $lack"
    exit 1
  fi
fi

say "will install: $lack"
case $manager in
  apt)
    # An outdated index names versions that the servers no longer have. A
    # failure is left to the installation, which says what it could not find.
    run apt-get -qq update || :
    # Waits for another apt, as unattended upgrades start one; no progress bar.
    install="env DEBIAN_FRONTEND=noninteractive $install -q
      -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0"
    ;;
  pacman)
    # Only where there is no index at all: a newer index beside older packages
    # is a partial upgrade, which Arch does not support.
    if [ -z "$(find /var/lib/pacman/sync -name '*.db' 2>/dev/null)" ]; then
      run pacman -Sy --noconfirm || :
    fi
    ;;
esac
# One name that the distribution does not have spoils the whole command, so the
# second attempt leaves out what CMake can fetch.
# shellcheck disable=SC2086 # lists of names
run $install $must $may || { [ -n "$must" ] && [ -n "$may" ] &&
  run $install $must; } || :

look_at_all "$@"
if [ -n "$may" ]; then
  say "could not be installed, so CMake will fetch them or do without: $may"
fi
if [ -z "$must" ]; then exit 0; fi
say "could not be installed: $must"
case " $must " in
  *' cmake '*)
    if has cmake; then
      say "the cmake first in PATH, $(command -v cmake), says" \
        "'$(cmake --version 2>&1 | head -n 1)'; needed is $cmake_needed or" \
        'later: https://cmake.org/download'
    fi
    ;;
esac
exit 1
