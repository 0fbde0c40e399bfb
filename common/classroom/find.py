"""Find it: a job runs, cowtop shows it, and one of five causes is the right one.

    make find                       lists the exercises
    make find N=02 [SEED=7]         starts a job, and asks for its cause
    make find N=02 SEED=7 ANSWER=c  checks one answer: 0 right, 1 wrong
    make find N=02 SHEET=1          prints the task for a handout

The seed draws the cause: a teacher gives seeds, and knows the answers.
"""
import contextlib
import glob
import json
import os
import random
import select
import signal
import subprocess
import sys
import textwrap

import find_job
from exercises import BUILD, ROOT, BadUsage

DATA, WORKERS = 64 << 20, 4  # of which the exercises' texts speak


def add_to(subparsers):
    parser = subparsers.add_parser("find")
    parser.add_argument("lesson", nargs="?", default="")
    for name in ("--seed", "--answer", "--sheet"):
        parser.add_argument(name, default="")
    parser.set_defaults(run=run)


def exercises():
    """By the numbers of their lessons."""
    found = {}
    for path in sorted(glob.glob(
            glob.escape(ROOT) + "/lessons/*/exercise/find.json")):
        try:
            with open(path, encoding="utf-8") as file:
                found[os.path.relpath(path, ROOT)[8:10]] = json.load(file)
        except ValueError as error:
            raise BadUsage(f"{path} is not JSON: {error}.")
    return found


def draw(causes, lesson, seed):
    # Of random, only random() is the same in all versions of Python.
    drawn = random.Random(f"{lesson} {int(seed)}" if seed else None).random()
    return causes[int(drawn * len(causes))]


class Job:
    """A job that runs until it is closed, or this process ends."""

    def __init__(self, cause, size=DATA, workers=WORKERS):
        # A session of its own: Ctrl-C is for us, and we end its input.
        self.process = subprocess.Popen(
            find_job.COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, start_new_session=True, bufsize=0)
        self.output = self.process.stdout
        try:
            self.process.stdin.write(json.dumps(
                [size, workers, cause, []]).encode())
            for _ in range(1 + workers + (cause in find_job.WITH_SERVER)):
                said = self._speaks(60) and self.output.read(1)
                if said != b".":
                    why = said and self.output.readline().decode().strip()
                    raise BadUsage(
                        "The job could not be started: "
                        f"{why or 'a process of it has ended or hangs'}.")
        except BaseException:
            self.close()
            raise

    def _speaks(self, seconds):
        return select.select([self.output], [], [], seconds)[0]

    def close(self):
        self.process.stdin.close()
        # Each process of it holds the output: at its end, all have ended.
        while self._speaks(5) and self.output.read(4096):
            pass
        if not self._speaks(0):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.output.close()
        self.process.wait()


def built_cowtop():
    path = os.path.join(BUILD, "bin", "cowtop")
    if not os.path.exists(path) and subprocess.call(
            ["sh", "-c", 'make -s cowtop BUILD="$0"', BUILD], cwd=ROOT) != 0:
        raise BadUsage("cowtop is needed and could not be built: see above.")
    return os.path.relpath(path)


def show(text, head="", end="\n"):
    print(textwrap.fill(text, 80, initial_indent=head, break_on_hyphens=False,
                        subsequent_indent=" " * len(head)), end=end)


def show_task(exercise, lesson):
    show(f"Find it: {exercise['title']} (lesson {lesson}, "
         f"{exercise['minutes']} minutes)", end="\n\n")
    show(exercise["story"], end="\n\n")
    for cause in exercise["causes"]:
        show(cause["says"], f"  {cause['key']}  ")
    print()


def is_right(exercise, right, key):
    """Says whether the answer is right, and what tells it."""
    if key == right["key"]:
        show(f"Right. {right['because']}")
        print(f"To read: {right['read']}")
        return True
    chosen = next(one for one in exercise["causes"] if one["key"] == key)
    show(f"No. With {key} you would see this: {chosen['because']}", end="\n\n")
    show(f"Look first at {exercise['look']}", end="\n\n")
    return False


def ask(exercise, lesson, right, keys):
    """Runs the job and asks for its cause until the answer is right."""
    program = built_cowtop()
    show_task(exercise, lesson)
    with contextlib.closing(Job(right["job"])) as job:
        print(f"The job runs. In another terminal, in this folder:\n\n"
              f"  {program} {job.process.pid}\n")
        while True:
            print("Which cause is it? (Ctrl-D ends) ", end="", flush=True)
            line = sys.stdin.readline()
            answer = line.strip().lower()
            if not line or job.process.poll() is not None:
                print("\nThe job has ended without the right answer.")
                return 1
            if answer not in keys:
                print(f"The answer is one of {', '.join(keys)}.")
            elif is_right(exercise, right, answer):
                return 0


def run(arguments):
    found, seed = exercises(), arguments.seed
    lesson, answer = arguments.lesson.zfill(2), arguments.answer
    if not arguments.lesson:
        for lesson, one in found.items():
            print(f"make find N={lesson}  {one['minutes']} minutes, after "
                  f"{', '.join(one['after'])}: {one['title']}")
        return 0
    if lesson not in found:
        raise BadUsage(f"N={arguments.lesson} has no find-it exercise; there is "
                       f"one for each of N={', '.join(found)}.")
    if seed and not (seed.isdecimal() and len(seed) < 19):
        raise BadUsage(f"SEED={seed} is not a number such as 7.")
    exercise = found[lesson]
    right = draw(exercise["causes"], lesson, seed)
    keys = [cause["key"] for cause in exercise["causes"]]
    if answer:
        if answer.lower() not in keys:
            raise BadUsage(f"ANSWER={answer} is none of {', '.join(keys)}.")
        if not seed:
            raise BadUsage(
                "ANSWER= needs SEED=, that of the job that was looked at.")
        return 0 if is_right(exercise, right, answer.lower()) else 1
    if arguments.sheet:
        show_task(exercise, lesson)
        print(f"Start:   make find N={lesson}{seed and ' SEED=' + seed}\n"
              "Answer:  ____   What tells it:\n")
        return 0
    return ask(exercise, lesson, right, keys)
