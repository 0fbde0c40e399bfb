"""Runs the commands that the documents name, each only once."""
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess

AT_A_TIME = 2      # each has processes of its own; no time of them is compared
LONGEST = 10 * 60  # seconds; no command here takes more than a minute
NOT_POSSIBLE = 77  # the exit status of a program that this machine cannot run
# A lesson, such as "04_global", or a changed one, such as "try/04_written".
LESSON = re.compile(r"(.*/)?[0-9]{2}_[^/]+")
# What would make an output depend on how this program was started. For example,
# a make that runs this program must not pass its flags to one that is run here.
UNSET = ("MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "PYTHONPATH",
         "COW_RENDEZVOUS", "COW_RECORDER")
SET = {"NO_COLOR": "1", "NO_INSTALL": "1", "LC_ALL": "C.UTF-8",
       "PYTHONDONTWRITEBYTECODE": "1"}


class NotPossible(Exception):
    """What this machine cannot run, and why."""


@dataclasses.dataclass
class Ran:
    """What a command has printed, and how it ended."""
    text: str     # on standard output or standard error
    status: str   # "exit status 0", "signal 9 (Killed)"
    report: dict  # the JSON of a lesson or, of another program, its output; None
    file: str     # what a lesson has written after --svg or --record


def words_of(command):
    """The words of a command; double quotes keep blanks together."""
    return [word.replace('"', "") for word in
            re.findall(r'(?:[^ "]|"[^"]*(?:"|$))+', command)]


def run_one_program(a, b):
    """Whether two programs are one, or one runs the other, as `course` does the
    lessons and their twins.

    Their processes would share the pages of its file, so that the USS of one
    would depend on the other.
    """
    return a == b or "course" in (a, b) and any(
        each == "python3" or LESSON.fullmatch(each) for each in (a, b))


def find_python():
    """A Python that can run the twins. (As find_python in cow/lesson/twin.h.)"""
    names = [os.environ["COW_PYTHON"]] if "COW_PYTHON" in os.environ else \
        ["python3", "/usr/bin/python3"]
    test = "import numpy, sys; sys.exit(sys.version_info < (3, 8))"
    for python in filter(shutil.which, names):
        if not subprocess.run([python, "-c", test], capture_output=True,
                              check=False).returncode:
            return python
    raise NotPossible("no Python for the twins: none of " + ", ".join(names) +
                      " is 3.8 or newer and has numpy")


class Runs:
    """Runs commands and keeps what each has printed. A command is a list of:

    - a program of the build folder ("04_global") and its flags; a lesson writes
      its JSON too, and a file if "--svg" or "--record" is the last word;
    - "python3 docs/programs/uss.py", run by the Python that the twins use, in
      the script's own folder;
    - a program of this system ("nm").

    Calls `begins` with each command when it is started.
    """

    def __init__(self, source, programs, begins):
        self.source, self.programs = pathlib.Path(source), pathlib.Path(programs)
        self._begins = begins
        self._done = {}  # futures, by command

    def run_all(self, commands):
        """Runs those that were not run yet, some at a time.

        Never runs two of one program at the same time, nor `course` together
        with a lesson.
        """
        waiting = [command for command in dict.fromkeys(map(tuple, commands))
                   if command not in self._done]
        running = {}  # their programs
        with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
            while waiting or running:
                for command in waiting.copy():
                    if len(running) < AT_A_TIME and not any(
                            run_one_program(command[0], program)
                            for program in running.values()):
                        waiting.remove(command)
                        self._done[command] = pool.submit(self._run, command)
                        running[self._done[command]] = command[0]
                for ended in concurrent.futures.wait(
                        running, return_when="FIRST_COMPLETED").done:
                    del running[ended]

    def run(self, command):
        """What the command has printed. Runs it if it was not run yet.

        Raises NotPossible; RuntimeError with a sentence if there is no such
        program, or it does not end within ten minutes.
        """
        self.run_all([command])
        return self._done[tuple(command)].result()

    def report(self, command):
        """The JSON of a command. Raises RuntimeError and NotPossible."""
        ran = self.run(command)
        if not isinstance(ran.report, dict):
            raise RuntimeError(f"{' '.join(command)} wrote no JSON: {ran.status}")
        return ran.report

    def _run(self, command):
        self._begins(" ".join(command))
        words, folder = list(command), self.source
        if (self.programs / words[0]).is_file():
            words[0] = str(self.programs / words[0])
        elif words[0] == "python3":
            words[0] = find_python()
        if command[0] == "python3" and len(words) > 1:
            folder /= pathlib.Path(words[1]).parent
            words[1] = pathlib.Path(words[1]).name
        # Files without a name, so that none is left over.
        with os.fdopen(os.memfd_create("report"), "r+") as report, \
                os.fdopen(os.memfd_create("file"), "r+") as file:
            if words[-1] in ("--svg", "--record"):
                words.append(f"/proc/self/fd/{file.fileno()}")
            is_lesson = LESSON.fullmatch(command[0])
            if is_lesson:
                words += ["--json", f"/proc/self/fd/{report.fileno()}"]
            try:
                ended = subprocess.run(
                    words, cwd=folder, stdout=subprocess.PIPE, check=False,
                    stderr=subprocess.STDOUT, timeout=LONGEST,
                    pass_fds=(report.fileno(), file.fileno()),
                    env={name: value for name, value in os.environ.items()
                         if name not in UNSET} | SET)
            except subprocess.TimeoutExpired as error:
                raise RuntimeError(f"{' '.join(command)} did not end within ten "
                                   "minutes") from error
            except OSError as error:
                raise RuntimeError(f"{' '.join(command)}: neither a program of "
                                   f"{self.programs} nor of this system") from error
            text = ended.stdout.decode(errors="replace")
            if ended.returncode == NOT_POSSIBLE:
                raise NotPossible(text)
            return Ran(text, status_of(ended.returncode),
                       parsed(report.read() if is_lesson else text), file.read())


def status_of(code):
    """How a program ended; a signal is negative."""
    return f"exit status {code}" if code >= 0 else \
        f"signal {-code} ({signal.strsignal(-code)})"


def parsed(text):
    """The value of a JSON text, None if it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return None
