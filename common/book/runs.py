"""Runs the commands that the documents name, each only once."""
import collections
import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

LONGEST = 10 * 60  # seconds; no command here takes more than a minute
NOT_POSSIBLE = 77  # the exit status of a program that this machine cannot run
# A lesson, such as "04_global", or a changed one, such as "try/04_written".
LESSON = re.compile(r"(.*/)?[0-9]{2}_[^/]+")
# What would make an output depend on how this program was started. For example,
# a make that runs this program must not pass its flags to one that is run here.
UNSET = "MAKE", "MFLAGS", "PYTHON", "COW_RENDEZVOUS", "COW_RECORDER"
SET = {"NO_COLOR": "1", "NO_INSTALL": "1", "LC_ALL": "C.UTF-8",
       "PYTHONDONTWRITEBYTECODE": "1"}


class NotPossible(Exception):
    """What this machine cannot run, and why."""


@dataclasses.dataclass
class Ran:
    """What a command has printed, and how it ended."""
    text: str     # on standard output or standard error
    status: int   # its exit status; that of a signal is negative
    report: dict  # the JSON of a lesson; None if it has written none
    file: str     # what a lesson has written after --svg or --record


class Runs:
    """Runs commands and keeps what each has printed. A command is a list of:

    - a program of the build folder ("04_global") and its flags; a lesson writes
      its JSON too, and a file if "--svg" or "--record" is the last word;
    - "python3 docs/programs/uss.py", run by the Python that runs this, in the
      script's own folder;
    - a program of this system ("nm").

    One of a program runs at a time: the USS of a process is less while another
    process maps the pages of the same files.
    """

    def __init__(self, source, programs):
        self.source = pathlib.Path(source)
        self.programs = pathlib.Path(programs)
        self._done = {}  # by command
        self._locks = collections.defaultdict(threading.Lock)  # by program

    def run(self, command):
        """What the command has printed. Runs it if it was not run yet.

        Raises NotPossible; OSError if there is no such program, and
        TimeoutExpired if it does not end.
        """
        command = tuple(command)
        with self._locks[command[0]]:
            if command not in self._done:
                print("run     ", *command, flush=True)
                self._done[command] = self._run(command)
        ran = self._done[command]
        if ran.status == NOT_POSSIBLE:
            raise NotPossible(ran.text)
        return ran

    def _run(self, command):
        words, folder = list(command), self.source
        is_lesson = LESSON.fullmatch(words[0])
        if (self.programs / words[0]).is_file():
            words[0] = str(self.programs / words[0])
        elif words[0] == "python3":
            script = folder / words[1]
            words[:2], folder = [sys.executable, script.name], script.parent
        with tempfile.NamedTemporaryFile("r") as report, \
                tempfile.NamedTemporaryFile("r") as file:
            if words[-1] in ("--svg", "--record"):
                words.append(file.name)
            if is_lesson:
                words += ["--json", report.name]
            ended = subprocess.run(
                words, cwd=folder, stdout=subprocess.PIPE, check=False,
                stderr=subprocess.STDOUT, timeout=LONGEST, errors="replace",
                env={name: value for name, value in os.environ.items()
                     if not name.startswith(UNSET)} | SET)
            return Ran(ended.stdout, ended.returncode,
                       json.loads(report.read() or "null"), file.read())
