"""What docs/recipes.md promises: each recipe's first program costs every worker
a copy, and the cured one does not: recipes_test.py NAME, or one_look"""
import io
import os
import re
import sys
from contextlib import redirect_stdout

try:
    import numpy  # noqa: F401, the Python that has it is the one to be asked
except ImportError:
    system = "/usr/bin/python3"
    if os.path.exists(system) and sys.executable != system:
        os.execv(system, [system, "-B", *sys.argv])

PROGRAMS = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                        "../../docs/programs/recipes")
sys.path.insert(0, PROGRAMS)
import measure  # noqa: E402

MIB = 1 << 20
# The data is 32 MiB, or as many objects as take 24 to 56 on the versions of
# Python from 3.8 on.
COPY = (24 * MIB, 56 * MIB)
# What a worker may have without a copy: an interpreter after a fork, a new one,
# and a new one that has imported joblib and numpy.
FORKED, NEW, NEW_WITH_JOBLIB = 8 * MIB, 16 * MIB, 48 * MIB
# Of a recipe that reads peaks of RSS: numpy, and the result itself.
WITH_RESULT = 96 * MIB
BASES = {"shared_memory": NEW, "forkserver": NEW, "joblib": NEW_WITH_JOBLIB,
         "results": WITH_RESULT}
# What a worker may have beside the copy: a new R; the result once more, which
# numpy makes bytes of before these are copied into the message.
MORE = {"r": 32 * MIB, "results": 40 * MIB}


def check(holds, *what):
    if not holds:
        sys.exit("recipe %s: %s" % (sys.argv[1], " ".join(map(str, what))))


def skip(reason):
    print(reason)
    if "COWPOOL_SKIPPED" in os.environ:  # where such reasons are collected
        with open(os.environ["COWPOOL_SKIPPED"], "a") as file:
            print(f"skipped  book.Recipe.{sys.argv[1]}: {reason}", file=file)
    sys.exit(77)


def test_recipe(name):
    try:
        measure.tools_of(name)
    except measure.Missing as missing:
        skip(missing)
    look = measure.LOOKS.get(name, measure.figures)
    runs = {when: measure.run(words, look)
            for when, words in measure.commands_of(name).items()}
    after = runs.pop("after")
    check(max(after.own) <= BASES.get(name, FORKED),
          "after the cure a worker still has a copy:", after)
    for when, run in runs.items():
        check(run.results == after.results and len(run.results) == 2,
              "the cure changes the results:", when, run, "after", after)
        for own in run.own:
            low, high = COPY if when == "before" else (COPY[0] // 2, COPY[1])
            high += MORE.get(name, 0)
            check(low <= own - min(after.own) and own - max(after.own) <= high,
                  when, "the cure a worker does not have one copy more:", run,
                  "after", after)
    check(runs["before"].together - after.together >= COPY[0],
          "the machine does not pay less:", runs["before"], "after", after)


def test_one_look():
    printed = io.StringIO()
    seen = {}

    def look(group, results):
        seen["figures"] = measure.figures(group, results)
        with redirect_stdout(printed):
            measure.shell(min(results), results)  # any process of them will do

    measure.run(measure.words_of("HERE/forkserver_before.py"), look)
    lines = printed.getvalue().splitlines()
    numbers = [int(re.match("([0-9]+) kB", line)[1]) << 10 for line in lines]
    measured = seen["figures"]
    check(len(lines) == 6, "not a parent, a tracker, a server and two workers,"
          " and the sum:", lines)
    check(numbers == sorted(numbers) and lines[-1].endswith("kB in all"),
          "not sorted, or without a sum:", lines)
    check(abs(numbers[-1] - measured.together) <= 4 * MIB,
          "another sum than", measured, lines)
    for own in measured.own:
        check(any(abs(own - number) <= MIB for number in numbers[:-1]),
              "no line for a worker of", own, lines)


if __name__ == "__main__":
    if sys.argv[1] == "one_look":
        test_one_look()
    elif sys.argv[1] == "ends_early":
        words = [sys.executable, "-c", "print('no data'); exit(3)"]
        try:
            measure.run(words, measure.figures)
        except SystemExit as error:
            check("ended early" in str(error), error)
        else:
            check(False, "a program without workers was measured")
    else:
        test_recipe(sys.argv[1])
