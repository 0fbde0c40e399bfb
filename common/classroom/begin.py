"""make new-exercise, new-lesson: lesson 04's, under another name, to be changed."""
import json
import os
import re
import shutil

import exercises
from exercises import BadUsage, ROOT, read, write


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
                    folder,
                    # What is asked about a lesson is its own.
                    ignore=shutil.ignore_patterns("predict.json", "find.json"))
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
              "tests/mutants/lesson_04_does_not_touch_its_data.patch":
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
    exercises.command(subparsers, "new-exercise", new_exercise,
                      "an exercise to change", "n")
    exercises.command(subparsers, "new-lesson", new_lesson,
                      "a lesson to change", "nn", "name")
