"""What the tests of the classroom share: folders of hand-ins and their check."""
import contextlib
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
CLASSROOM = os.path.join(ROOT, "common", "classroom")
sys.path.insert(0, CLASSROOM)
sys.dont_write_bytecode = True

import check  # noqa: E402
import exercises  # noqa: E402
import sandbox  # noqa: E402, F401


def run(*words, **environment):
    """main.py with these words: status, and all that it said."""
    done = subprocess.run(
        [sys.executable, "-B", os.path.join(CLASSROOM, "main.py"), *words],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
        errors="replace", env={**os.environ, **environment})
    return done.returncode, done.stdout


@contextlib.contextmanager
def folder():
    with tempfile.TemporaryDirectory(prefix="classroom-") as path:
        yield path


def hand_in(path, source, lesson="04_global", language="python"):
    """Writes a hand-in of this source; returns its folder."""
    os.makedirs(path, exist_ok=True)
    suffix = exercises.SUFFIX[language]
    exercises.write(os.path.join(path, "exercise" + suffix), source)
    exercises.write(os.path.join(path, exercises.STAMP),
                    f"lesson {lesson}\nlanguage {language}\n")
    return path


def checked(source, lesson="04_global", language="python", **more):
    more.setdefault("seconds", 60)  # other tests may run beside this one
    with folder() as path:
        return check.check(check.HandIn(hand_in(path, source, lesson, language)),
                           **more)


def flat(text):
    """Words without the line breaks of a report."""
    return " ".join(text.split())
