"""make exercise, hint, reset, new-exercise, new-lesson: folders and texts."""
import json
import os
import re
import shutil
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
    text = exercise.hint(arguments.level or "1")
    if text is None:
        raise BadUsage(f"There is no hint LEVEL={arguments.level}: there are "
                       "1, 2 and 3.")
    print(text)
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


def new_exercise(arguments):
    """An exercise that passes all tests: lesson 04's, to be changed."""
    lesson = [name for name in sorted(os.listdir(os.path.join(ROOT, "lessons")))
              if re.fullmatch(r"\d{1,2}", arguments.n or "")
              and re.match(r"\d\d_", name) and int(name[:2]) == int(arguments.n)]
    if not lesson:
        raise BadUsage(f"There is no lesson N={arguments.n}.")
    lesson = lesson[0]
    folder = os.path.join(ROOT, "lessons", lesson, "exercise")
    if os.path.exists(folder):
        raise BadUsage(f"lessons/{lesson}/exercise is there already.")
    shutil.copytree(os.path.join(ROOT, "lessons", "04_global", "exercise"),
                    folder)
    for name in os.listdir(folder):
        text = read(os.path.join(folder, name))
        text = re.sub(r"([Ee]xercise) 04", rf"\g<1> {lesson[:2]}", text)
        write(os.path.join(folder, name),
              text.replace("docs/04_global.md#why", f"docs/{lesson}.md"))
    print(f"lessons/{lesson}/exercise is a copy of lesson 04's, which passes all "
          "tests. Change, in this order:\n"
          "  exercise.json  what is claimed, and the causes\n"
          "  exercise.cc    solution, alternative, mistakes, starter "
          "(and exercise.py)\n"
          "  task.md, hints.md, solution.md\n"
          f"  and test: make test ARGS='-R classroom.Exercise.{lesson}'")
    return 0


def new_lesson(arguments):
    """A lesson that passes all tests: lesson 04's program under a new name."""
    number, name = arguments.nn, arguments.name
    if not re.fullmatch(r"\d\d", number) or not re.fullmatch(
            r"[a-z][a-z0-9_]*", name):
        raise BadUsage("make new-lesson needs NN=10 NAME=density: two digits, and "
                       "small letters, digits or _.")
    lesson = f"{number}_{name}"
    manifest = os.path.join(ROOT, "lessons", "lessons.json")
    content = json.loads(read(manifest))
    entries = content["lessons"]
    entry = next((each for each in entries if each["name"][:2] == number), None)
    if (entry and (entry["name"] != lesson or "question" in entry)
            or os.path.exists(os.path.join(ROOT, "lessons", lesson))):
        raise BadUsage(f"There is a lesson {number} already: "
                       f"{entry['name'] if entry else lesson}.")
    if entry is None:
        before = [each for each in entries if each["name"] < lesson]
        entry = {"name": lesson, "part": (before or entries)[-1]["part"],
                 "idea": "TODO: one sentence."}
        entries.insert(len(before), entry)
    idea = entry.pop("idea")
    written = sorted(each["name"] for each in entries if "question" in each)
    later = [other for other in written if other > lesson]
    entry.update(minutes=30, after=["04"] if lesson > "04_global" else [],
                 idea=idea, question="TODO: the question of this lesson?",
                 answer="TODO: its answer.",
                 next=(later or ["docs/README.md"])[0] + ": TODO.")
    for each in entries:
        if [each["name"]] == [other for other in written if other < lesson][-1:]:
            each["next"] = f"{lesson}: TODO."
    _copy_lesson(lesson, name)
    text = json.dumps(content, indent=2, ensure_ascii=False)
    write(manifest, re.sub(
        r'\[\s+((?:"\d\d",?\s*)+)\]',
        lambda found: "[" + " ".join(found.group(1).split()) + "]", text) + "\n")
    arguments.n = number
    new_exercise(arguments)
    print(f"Lesson {lesson} is lesson 04's program under a new name. Search for "
          f"TODO in lessons/lessons.json and docs/{lesson}.md; then make docs.")
    return 0


def _copy_lesson(lesson, name):
    """The files of lesson 04 under another name."""
    copies = {"lessons/04_global/global.cc": f"lessons/{lesson}/{name}.cc",
              "lessons/04_global/twin.py": f"lessons/{lesson}/twin.py",
              "tests/lessons/global_test.cc": f"tests/lessons/{name}_test.cc",
              "tests/mutants/global_untouched.patch":
                  f"tests/mutants/{name}_untouched.patch"}
    suite = "".join(word.capitalize() for word in name.split("_"))
    for old, new in copies.items():
        text = read(os.path.join(ROOT, old))
        text = (text.replace("04_global/global", f"{lesson}/{name}")
                .replace("04_global", lesson)
                .replace("04 global", f"{lesson[:2]} {name}")
                .replace("04 in CPython", f"{lesson[:2]} in CPython")
                .replace("esson 04", f"esson {lesson[:2]}")
                .replace("(Global,", f"({suite},")
                .replace("lessons.Global", f"lessons.{suite}"))
        os.makedirs(os.path.dirname(os.path.join(ROOT, new)), exist_ok=True)
        write(os.path.join(ROOT, new), text)
    write(os.path.join(ROOT, "docs", lesson + ".md"),
          f"# {lesson[:2]} {name.replace('_', ' ')}: TODO\n\n"
          "<!-- lessons: this one -->\n<!-- end -->\n\n## The question\n\n"
          "TODO: docs/04_global.md is the model.\n")


def add_to(subparsers):
    def command(name, run, helps, *options):
        parser = subparsers.add_parser(name, help=helps)
        for option in options:
            parser.add_argument("--" + option, default="",
                                dest="word" if option == "in" else option)
        parser.set_defaults(run=run)

    command("exercise", make_folder, "writes a folder to work in",
            "n", "in", "out")
    command("hint", hint, "one hint", "n", "level")
    command("reset", reset, "the starter again", "dir")
    command("run", run_once, "runs a folder's program", "dir")
    command("new-exercise", new_exercise, "an exercise to change", "n")
    command("new-lesson", new_lesson, "a lesson to change", "nn", "name")
