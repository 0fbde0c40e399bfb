"""make exercise, hint, reset: a student's folder, and texts."""
import os
import sys

import check
import exercises
from exercises import BadUsage, ROOT, STAMP, LANGUAGE, read, write

MAKEFILE = """\
# make: runs your program · make check: measures it
TREE := {tree}

run:
\t@if [ -d "$(TREE)/common/classroom" ]; then \\
\t  python3 -B "$(TREE)/common/classroom/main.py" run --dir "$(CURDIR)"; \\
\telse \\
\t  {alone}; \\
\tfi

check:
\t@$(MAKE) -s -C "$(TREE)" check DIR="$(CURDIR)"

.PHONY: run check
"""
# Where the tree is not there (any more), what is installed.
ALONE = {"cpp": "cmake -S . -B build >/dev/null && cmake --build build && "
                "build/exercise", "python": "python3 exercise.py"}
CMAKE = """\
# For an installed copy of the library: find_package finds it.
cmake_minimum_required(VERSION 3.16)
project(exercise LANGUAGES CXX)
find_package(cowpool REQUIRED)
add_executable(exercise exercise.cc)
target_link_libraries(exercise PRIVATE cowpool::cowpool)
"""


def files(exercise, language):
    """All that a student's folder has: names and texts."""
    found = {exercise.name_in(language): exercise.variant(language, ""),
             "task.md": exercise.task(language),
             "Makefile": MAKEFILE.format(tree=ROOT, alone=ALONE[language]),
             STAMP: f"lesson {exercise.lesson}\nlanguage {language}\n",
             **check.brought(exercise, language)}
    if language == "cpp":
        found["CMakeLists.txt"] = CMAKE
    return found


def make_folder(arguments):
    exercise = exercises.find(arguments.n)
    language = exercises.language_of(exercise, arguments.word)
    out = arguments.out or "my_" + exercise.lesson + (
        "_python" if language == "python" else "")
    if os.path.exists(out) and (not os.path.isdir(out) or os.listdir(out)):
        raise BadUsage(f"{out} is there already: choose another with OUT=, or "
                       f"begin anew with make reset DIR='{out}'.")
    try:
        os.makedirs(out, exist_ok=True)
        for name, text in files(exercise, language).items():
            write(os.path.join(out, name), text)
    except OSError as error:
        raise BadUsage(f"{out} cannot be written: {error.strerror}.") from error
    print(f"Exercise {exercise.lesson} in {LANGUAGE[language]}, about "
          f"{exercise.minutes} minutes: {exercise.title}.\n"
          f"  read    {os.path.join(out, 'task.md')}\n"
          f"  change  {os.path.join(out, exercise.name_in(language))}\n"
          f"  measure make check DIR='{out}'\n"
          f"  a hint  make hint N={exercise.lesson[:2]} LEVEL=1")
    return 0


def hint(arguments):
    exercise = exercises.find(arguments.n)
    level = arguments.level or "1"
    text = exercise.hint(level)
    if text is None:
        raise BadUsage(f"There is no hint LEVEL={level}: there are 1, 2 and 3.")
    print(f"Hint {level} of 3\n\n{text}")
    return 0


def reset(arguments):
    """Writes the starter anew; keeps what was there, beside it."""
    if not os.path.isfile(os.path.join(arguments.dir, STAMP)):
        raise BadUsage(f"{arguments.dir or 'DIR='} is no folder of an exercise: "
                       f"it has no {STAMP}.")
    stamped = dict(line.split(None, 1) for line in read(os.path.join(
        arguments.dir, STAMP)).splitlines() if len(line.split()) == 2)
    exercise = exercises.find(stamped.get("lesson", ""))
    language = exercises.language_of(exercise, stamped.get("language"))
    mine = os.path.join(arguments.dir, exercise.name_in(language))
    if os.path.exists(mine):
        os.replace(mine, mine + "~")
    for name, text in files(exercise, language).items():
        write(os.path.join(arguments.dir, name), text)
    print(f"{mine} is the starter again; what was there is in {mine}~.")
    return 0


def run_once(arguments):
    """The program of a folder, built with this tree and run without a check."""
    hand_in = check.HandIn(arguments.dir)
    if hand_in.language == "python":
        os.execv(check.python()[0], [check.python()[0], "-B", os.path.join(
            arguments.dir, hand_in.name)])
    try:
        program, said = check.build(hand_in.exercise, hand_in.language,
                                    hand_in.source, 60)
    except check.NoPoints as error:
        print(error.output, file=sys.stderr)
        return 1
    print(said, end="", file=sys.stderr)
    sys.stdout.flush()
    os.execv(program, [program])


def add_to(subparsers):
    exercises.command(subparsers, "exercise", make_folder,
                      "writes a folder to work in", "n", "in", "out")
    exercises.command(subparsers, "hint", hint, "one hint", "n", "level")
    exercises.command(subparsers, "reset", reset, "the starter again", "dir")
    exercises.command(subparsers, "run", run_once, "runs a folder's program",
                      "dir")
