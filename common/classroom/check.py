"""make check: builds a hand-in, measures it, says what holds and what does not.

The hand-in's program is the student's file, the repository's check_in and the
library; nothing else that lies beside the file is used.
"""
import contextlib
import functools
import hashlib
import json
import os
import random
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap

import exercises
import measured
import meter
import sandbox
from exercises import (BadUsage, HERE, LANGUAGE, ROOT, STAMP, SUFFIX, WORK,
                       plain, read, write)

MIB = 1 << 20
OTHER = {"cpp": (".cc", ".cpp", ".cxx", ".c++"), "python": (".py",)}
MAIN = {"cpp": re.compile(r"\bint\s+main\s*\("),
        "python": re.compile(r"^[^#\n]*\breport\s*\(", re.M)}
OURS = {"cpp": "check_in.h", "python": "check_in.py"}
HEAD = 12  # lines of a hand-in's output that a report repeats


class NoPoints(Exception):
    """One sentence that names how a hand-in ended; what may follow it."""

    def __init__(self, sentence, *more, output=""):
        super().__init__(sentence)
        self.more, self.output = [text for text in more if text], output


class HandIn:
    """A folder with a student's file. Raises BadUsage if it is none."""

    def __init__(self, folder, number="", word=""):
        self.folder = folder
        if not os.path.isdir(folder):
            raise BadUsage(f"{folder or 'DIR'} is no folder; DIR= names the one "
                           "that make exercise wrote.")
        stamped = {}
        if _is_small_file(os.path.join(folder, STAMP)):
            stamped = dict(line.split(None, 1) for line in read(os.path.join(
                folder, STAMP)).splitlines() if len(line.split()) == 2)
        if not number and "lesson" not in stamped:
            raise BadUsage(f"{folder} has no {STAMP} that says which exercise it "
                           "is; add N=, for example N=04.")
        self.exercise = exercises.find(number or stamped["lesson"].strip())
        if not word and "language" not in stamped:
            files = os.listdir(folder)
            word = ("python" if any(name.endswith(".py") for name in files)
                    and not any(name.endswith(OTHER["cpp"]) for name in files)
                    else "cpp")
        self.language = exercises.language_of(
            self.exercise, word or stamped["language"].strip())
        self.notes = []
        self.source = read(self._file())
        if not self.source.strip():
            raise BadUsage(f"{self.name} in {folder} is empty: there is nothing "
                           "to build.")
        self._compare()

    def _file(self):
        ours = ("check_in.py", "subject.py")
        there = sorted(name for name in os.listdir(self.folder)
                       if name.endswith(OTHER[self.language])
                       and name not in ours)
        if len(there) > 20:
            raise BadUsage(f"{self.folder} has {len(there)} programs: keep one "
                           "of them.")
        for name in there:
            if not _is_small_file(os.path.join(self.folder, name)):
                raise BadUsage(f"{name} in {self.folder} is no ordinary file of "
                               "at most 1 MiB.")
        mains = [name for name in there if MAIN[self.language].search(
            read(os.path.join(self.folder, name)))]
        usual = self.exercise.name_in(self.language)
        if len(mains) > 1:
            raise BadUsage(f"{self.folder} has two programs, {mains[0]} and "
                           f"{mains[1]}: keep one of them.")
        if usual in there:
            self.name = usual
        elif len(mains) == 1 or len(there) == 1:
            self.name = (mains or there)[0]
        else:
            raise BadUsage(f"{self.folder} has no {usual}: there is nothing to "
                           "build.")
        for name in there:
            if name != self.name:
                self.notes.append(f"{name} is not used: the check takes "
                                  f"{self.name} alone.")
        return os.path.join(self.folder, self.name)

    def _compare(self):
        """Says which files were changed that are not the student's."""
        for name, text in brought(self.exercise, self.language).items():
            path = os.path.join(self.folder, name)
            if os.path.lexists(path) and not (
                    _is_small_file(path) and read(path) == text):
                self.notes.append(f"{name} was changed, which is not yours to "
                                  "change: the check uses its own.")


def brought(exercise, language, variant=""):
    """The files that the check puts beside a student's: names and texts."""
    files = {OURS[language]: read(os.path.join(HERE, OURS[language]))}
    name, text = exercise.subject(language, variant)
    if name:
        files[name] = text
    return files


def _is_small_file(path):
    with contextlib.suppress(OSError):
        found = os.lstat(path)
        return stat.S_ISREG(found.st_mode) and found.st_size <= MIB
    return False


# ---------------------------------------------------------------- to build

@functools.lru_cache(None)
def compiler():
    """What CMake wrote down: lists of words by name."""
    try:
        lines = read(os.path.join(WORK, "compiler.txt")).splitlines()
    except OSError:
        raise BadUsage("The library is not built yet: run make lessons "
                       "first.") from None
    found = {}
    for line in lines:
        name, _, words = line.partition(" ")
        found[name] = list(dict.fromkeys(filter(None, words.split(";"))))
    found["includes"] = [path for path in found["includes"]
                         if path != "/usr/include"
                         and path != os.path.join(ROOT, "common")]
    program = os.environ.get("CXX") or found["compiler"][0]
    if not shutil.which(program):
        raise BadUsage(f"There is no C++ compiler {program}: install one, or name "
                       "it with CXX=.")
    found["compiler"] = [program]
    for path in found["libraries"]:
        if not os.path.exists(path):
            raise BadUsage("The library is not built yet: run make lessons first.")
    return found


@functools.lru_cache(None)
def python():
    """A Python that has numpy, and the folders that it needs to read."""
    tried = ([os.environ["COWPOOL_PYTHON"]] if "COWPOOL_PYTHON" in os.environ
             else [sys.executable, "/usr/bin/python3"])
    for program in tried:
        with contextlib.suppress(OSError):
            asked = subprocess.run(
                [program, "-c", "import json, numpy, os, sys; print(json.dumps("
                 "[sys.executable, sys.prefix, sys.base_prefix, os.path.dirname("
                 "os.path.dirname(numpy.__file__))]))"],
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            if asked.returncode == 0:
                return json.loads(asked.stdout)
    raise BadUsage(f"{tried[-1]} has no numpy, which the exercises in Python "
                   "need: install numpy (python3-numpy).")


def outside_of_usr(paths):
    return [path for path in dict.fromkeys(paths)
            if not path.startswith("/usr/")]


def limits_of(exercise, seconds):
    return sandbox.Limits(seconds, 4 * (exercise.workers + 1) * exercise.data
                          + 512 * MIB, processes=32 + 4 * exercise.workers)


@contextlib.contextmanager
def scratch():
    """A folder of our own, which is gone afterwards."""
    folder = tempfile.mkdtemp(prefix="cowpool-")
    try:
        for name in ("in", "out", "run", "check"):
            os.mkdir(os.path.join(folder, name))
        yield folder
    finally:
        # rmtree does not get to what is closed, or a thousand folders down.
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(
                ["sh", "-c", 'chmod -R u+rwX "$1"; rm -rf "$1"', "sh", folder],
                stderr=subprocess.DEVNULL, timeout=10)


def build(exercise, language, source, seconds, variant=""):
    """Returns the program's path and what the compiler said. Python is not
    built. What was built before is not built again."""
    if language == "python":
        python()
        return None, ""
    how = compiler()
    files = {"exercise.cc": source, **brought(exercise, language, variant)}
    key = hashlib.sha256(json.dumps([files, how]).encode("utf-8", "replace"))
    for path in how["libraries"] + how["objects"]:
        key.update(str(os.stat(path).st_mtime_ns).encode())
    kept = os.path.join(WORK, "programs", key.hexdigest()[:32])
    if os.path.exists(kept) and os.path.exists(kept + ".txt"):
        return kept, read(kept + ".txt")
    with scratch() as folder:
        into, out = os.path.join(folder, "in"), os.path.join(folder, "out")
        for name, text in files.items():
            write(os.path.join(into, name), text)
        program = os.path.join(out, "program")
        command = (how["compiler"] + ["-std=c++20", "-O1", "-Wall", "-Wextra"]
                   + ["-D" + name for name in how["defines"]]
                   + ["-I" + os.path.join(ROOT, "common")]
                   + [word for path in how["includes"]
                      for word in ("-isystem", path)]
                   + [os.path.join(into, "exercise.cc"), "-o", program]
                   + how["objects"] + how["libraries"] + how["options"])
        ended = sandbox.run(
            command, sandbox.Limits(seconds, 2048 * MIB, 64),
            os.path.join(folder, "run"),
            binds=[into, os.path.join(ROOT, "common", "cow")]
            + outside_of_usr(how["includes"] + how["libraries"] + how["objects"]
                             + [os.path.realpath(shutil.which(
                                 how["compiler"][0]))]),
            writable=[out])
        said = ended.text().replace(into + "/", "")
        if ended.why or ended.status != 0 or not _is_program(program):
            why = {"hung": f"hung: after {seconds:g} s its compilation was ended",
                   "memory": "did not compile: the compiler took more than "
                             f"{shown(2048 * MIB)} memory"}.get(
                       ended.why, "did not compile")
            raise NoPoints(why, output=said)
        os.makedirs(os.path.dirname(kept), exist_ok=True)
        _forget_oldest(os.path.dirname(kept))
        # Hand-ins that are alike may be built at the same time.
        new = os.path.join(os.path.dirname(kept), os.path.basename(folder))
        shutil.copy(program, new)
        os.replace(new, kept)
        write(kept + ".txt", said)
    return kept, said


def _is_program(path):
    with contextlib.suppress(OSError):
        return stat.S_ISREG(os.lstat(path).st_mode)
    return False


def _forget_oldest(folder, keep=300):
    files = [os.path.join(folder, name) for name in os.listdir(folder)]
    with contextlib.suppress(OSError):  # another check forgets them as well
        for path in sorted(files, key=os.path.getmtime)[:-keep]:
            os.remove(path)


# ------------------------------------------------------------------ to run

def run(exercise, language, source, program, seconds, data=None, seed=1,
        variant="", more=None):
    """Runs a built hand-in; returns how it Ended and what the meter read."""
    with scratch() as folder:
        into, check = os.path.join(folder, "in"), os.path.join(folder, "check")
        bound = [into, check]
        environment = {"COWPOOL_DATA": str(data or exercise.data),
                       "COWPOOL_WORKERS": str(exercise.workers),
                       "COWPOOL_SEED": str(seed),
                       # mallopt(3): what is freed goes back, and is not read.
                       "MALLOC_MMAP_THRESHOLD_": str(128 << 10),
                       "COWPOOL_CHECK": os.path.join(check, "socket"),
                       **(more or {})}
        if language == "python":
            path, prefix, base_prefix, numpy = python()
            for name, text in brought(exercise, language, variant).items():
                write(os.path.join(into, name), text)
            write(os.path.join(into, "exercise.py"), source)
            command = [path, "-B", "-u", os.path.join(into, "exercise.py")]
            bound += outside_of_usr([prefix, base_prefix, numpy])
            if not numpy.startswith(("/usr/", prefix)):
                environment["PYTHONPATH"] = numpy
        else:
            command = [os.path.join(into, "exercise")]
            shutil.copy(program, command[0])
            os.chmod(command[0], 0o755)
        met = meter.Meter(environment["COWPOOL_CHECK"], exercise.workers)
        ended = sandbox.run(command, limits_of(exercise, seconds),
                            os.path.join(folder, "run"), binds=bound,
                            environment=environment, meter=met)
        ended.output = ended.output.replace((into + "/").encode(), b"")
    return ended, met


def base(exercise, language, seconds):
    """What the solution uses over next to no data, on this machine."""
    source = exercise.variant(language, "SOLUTION")
    program, _ = build(exercise, language, source, 4 * seconds)
    key = hashlib.sha256(json.dumps(
        [source, exercise.spec, program, os.uname().release, sandbox.kind(),
         read(os.path.join(HERE, OURS[language])),
         python() if language == "python" else ""]).encode()).hexdigest()[:32]
    kept = os.path.join(WORK, "bases", key)
    if not os.path.exists(kept):
        ended, met = run(exercise, language, source, program, seconds,
                         data=os.sysconf("SC_PAGE_SIZE"))
        if met.figures.get("workers") != exercise.workers or ended.status != 0:
            raise exercises.BadExercise(
                f"The solution of {exercise.lesson} does not run here: "
                f"{ended.text().strip() or ended.why or ended.status}")
        os.makedirs(os.path.dirname(kept), exist_ok=True)
        write(kept + f".{os.getpid()}", json.dumps(met.figures))
        os.replace(kept + f".{os.getpid()}", kept)
    return json.loads(read(kept))


def sum_of(size, seed, which):
    """The sum of check_in's make_data, in closed form."""
    count = max(1, size // 8)
    seed += 101 * which
    cycles, rest = divmod(count, 1009)
    return (cycles * (1009 * 1008 // 2)
            + sum((7 * k + seed) % 1009 for k in range(rest))
            + count * (seed % 97))


def expected(exercise, seed):
    """The results, item by item. Item i works on object i modulo `objects`."""
    size = exercise.data // exercise.objects
    return [exercises.value(exercise.results, {
        "sum": sum_of(size, seed, item % exercise.objects), "item": item,
        "size": size, "seed": seed, "N": exercise.workers, "D": exercise.data})
        for item in range(exercise.items)]


def expect_good_end(exercise, ended, limits, met):
    """Raises NoPoints with the sentence for how a run ended, unless well."""
    text, number = ended.text(), ended.signal
    worker = re.search(r"died with signal (\d\d?)\b", text)
    forged = re.search(r"\d of \d+ (points|claims)", text)
    if ended.why == "file" or number == signal.SIGXFSZ or "File too large" in text:
        why = f"wrote a file larger than {shown(limits.file)}"
    elif ended.why == "disk" or "No space left on device" in text:
        why = f"filled its disk of {shown(limits.disk)}"
    elif ended.why == "memory" or "bad_alloc" in text or "MemoryError" in text:
        why = f"took more than {shown(limits.memory)} memory"
    elif ended.why == "processes":
        why = ("started processes without end: more than "
               f"{limits.processes} were running")
    elif ended.why == "output":
        why = f"wrote more than {sandbox.OUTPUT >> 10} KiB of output"
    elif ended.why == "hung" or number == signal.SIGXCPU:
        why = f"hung: after {limits.seconds:g} s it was ended"
    elif number or worker:
        number = int(worker.group(1)) if worker else number
        raise NoPoints(f"{'a worker ' if worker else ''}crashed by signal "
                       f"{number} ({_name(number)})",
                       exercise.spec.get("crash"), output=text)
    elif "Network is unreachable" in text or "name resolution" in text:
        why = "asked for the network, which a hand-in does not get"
    elif ended.status != 0:
        error = re.fullmatch(r"[\w.]+(Error|Exception)\b.{,200}",
                             (text.strip().splitlines() or [""])[-1])
        means = exercise.spec.get("crash")
        if "PicklingError" in text:
            means = ("What has no name at the top of the file, a lambda for "
                     "example, cannot be pickled: use def.")
        elif re.search("SyntaxError|IndentationError|ImportError|"
                       "ModuleNotFoundError", text):
            means = None  # these say what they are
        raise NoPoints(f"ended by itself with status {ended.status}"
                       + (f" ({error.group()})" if error else ""), means,
                       output=text)
    elif met.results is None and met.verdict is None:
        why = ("printed a report of its own: only what is measured counts"
               if forged else "exited 0 without results")
    else:
        return ["It printed a report of its own: only what is measured counts."
                ] if forged else []
    raise NoPoints(why, output=text)


def _name(number):
    return (signal.strsignal(number) if number in iter(signal.Signals)
            else None) or "unknown"


def expect_work(exercise, met, seed):
    """Raises NoPoints unless the workers did the work. Returns the figures."""
    wanted = expected(exercise, seed)
    right = sum(a == b for a, b in zip(met.results or [], wanted))
    if right < len(wanted) or len(met.results) != len(wanted):
        raise NoPoints(f"wrong results: {right} of {len(wanted)} are right",
                       exercise.spec.get("wrong"))
    if not met.figures:
        raise NoPoints(
            "the parent did the work itself: no worker held the data"
            if met.parent_worked else "no worker has called work")
    if met.figures["workers"] < exercise.workers:
        raise NoPoints(
            f"only {met.figures['workers']} of {exercise.workers} workers held "
            "their data at the same time",
            "Each worker has to get one item; work has to be called in it.")
    return dict(met.figures, results=right)


# --------------------------------------------------------------- to report

def shown(amount):
    if amount < 10240:
        return f"{amount:,.0f} byte{'' if round(amount) == 1 else 's'}"
    if amount < MIB:
        return f"{amount / 1024:.0f} KiB"
    return f"{amount / MIB:.1f} MiB"


class Report:
    """What is said about a hand-in: a verdict, lines, points."""

    def __init__(self, exercise, language):
        self.exercise, self.language = exercise, language
        self.points, self.of = 0, exercise.points
        self.sentence, self.lines, self.log = "", [], []

    @property
    def full(self):
        return self.points == self.of

    def text(self):
        head = (f"{self.exercise.lesson} · {LANGUAGE[self.language]} · "
                f"{self.exercise.title}")
        return plain("\n".join(
            [head, *wrapped(self.sentence), "",
             *"\n".join(self.lines).strip("\n").split("\n"), "",
             f"{self.points} of {self.of} points"]))

    def add(self, text, indent=""):
        self.lines += wrapped(text, indent)

    def end(self, sentence):
        self.sentence = plain(sentence[:1].upper() + sentence[1:])


def wrapped(text, indent="", first=None):
    return textwrap.wrap(text, 80, initial_indent=first or indent,
                         subsequent_indent=indent, break_long_words=False,
                         break_on_hyphens=False)


def check(hand_in, seconds=15, seed=None):
    """Builds, runs and measures a HandIn; returns a Report."""
    exercise, language = hand_in.exercise, hand_in.language
    report = Report(exercise, language)
    seed = seed or random.SystemRandom().randrange(1, 1 << 31)
    try:
        grade = _catch if exercise.kind == "catch" else _cure
        grade(report, hand_in, seconds, seed)
    except NoPoints as error:
        report.points = 0
        report.end(f"{error}: no points." if not str(error).endswith(".")
                   else str(error))
        for text in error.more:
            report.add(text)
        if error.output.strip():
            report.lines += [""] * bool(report.lines) + ["What it said:"]
            report.lines += _part(error.output)
            report.log.append(error.output)
        report.lines += ["", f"To read: {exercise.chapter}"]
    for note in hand_in.notes:
        report.lines += ["", *wrapped(note)]
    if sandbox.warning():
        report.lines += ["", *wrapped(sandbox.warning())]
    return report


def _part(output):
    """The first lines of an output, and the last: there errors stand."""
    lines = [line[:160] for line in plain(output).strip().split("\n")]
    if len(lines) > HEAD:
        lines = lines[:HEAD // 2] + ["..."] + lines[-HEAD // 2:]
    return ["  | " + line for line in lines]


def _cure(report, hand_in, seconds, seed):
    exercise, language = hand_in.exercise, hand_in.language
    least = base(exercise, language, seconds)
    program, warned = build(exercise, language, hand_in.source, 4 * seconds)
    if "warning:" in warned:
        report.add("It compiles, and the compiler warns:")
        report.lines += _part(warned) + [""]
    ended, met = run(exercise, language, hand_in.source, program, seconds,
                     seed=seed)
    report.log += [ended.text(), json.dumps(
        {"seed": seed, "status": ended.status, "why": ended.why,
         "seconds": round(ended.seconds, 2), "base": least, **met.figures},
        indent=1)]
    notes = expect_good_end(exercise, ended, limits_of(exercise, seconds), met)
    figures = expect_work(exercise, met, seed)
    report.add(f"D = {shown(exercise.data)} of data · N = {exercise.workers} "
               f"workers · measured from outside, while all hold their data")
    report.lines += ["", f"{'Claims':<58}{'points':>9}{'read':>13}"]
    failed = 0
    for claim in exercise.claims:
        failed += not _claim(report, exercise, claim, figures, least)
    pages = exercise.data // 4 // os.sysconf("SC_PAGE_SIZE")
    if not failed and met.later_faults > pages:
        report.lines = []
        raise NoPoints(
            f"the workers took {met.later_faults:,} page faults more after they "
            "were measured", "All of the work has to be done before work or meet "
            "lets the worker be measured.")
    count = len(exercise.claims)
    report.end(f"All {count} claims hold." if not failed else
               f"{failed} of {count} claims {'fail' if failed > 1 else 'fails'}.")
    for note in notes:
        report.lines += ["", *wrapped(note)]


def _claim(report, exercise, claim, figures, least):
    """One claim, as lines; returns whether it holds."""
    figure = claim["figure"]
    symbols = exercise.symbols(least.get(figure, 0))
    low, high = (exercises.value(claim[side], symbols) for side in ("low", "high"))
    got = figures[figure]
    holds = low <= got <= high
    counted = figure in ("results", "workers", "worker_faults")
    say = "{:,.0f}".format if counted else shown
    points = claim["points"] if holds else 0
    report.points += points
    report.lines.append(
        f"  {'holds' if holds else 'FAILS'}  {claim['says']:<49}"
        f"{f'{points} of ' + str(claim['points']):>9}{say(got):>13}")
    indent = " " * 11
    bounds = (f"{claim['low']}, exactly" if claim["low"] == claim["high"] else
              f"{say(low)} to {say(high)}  ({claim['low']} to {claim['high']})")
    report.lines += wrapped(bounds, indent + " " * 10, indent + "expected: ")
    if holds:
        return True
    if "base" in claim["low"] + claim["high"]:
        report.lines += wrapped(
            f"{say(symbols['base'])}: what the solution uses over next to no data",
            indent + " " * 10, indent + "base:     ")
    told = cause(claim, got, symbols)
    if told:
        report.lines += wrapped(told, indent + " " * 10, indent + "likely:   ")
    report.lines += wrapped(exercise.chapter, indent, indent + "to read:  ")
    return False


def cause(claim, got, symbols):
    """The cause whose figure is nearest to what was read, if it is near."""
    near = [(abs(got - exercises.value(expression, symbols)), text)
            for expression, text in claim.get("causes", [])
            if abs(got - exercises.value(expression, symbols)) <= 0.25 * got]
    return min(near)[1] if near else claim.get("otherwise")


def _catch(report, hand_in, seconds, seed):
    """The hand-in is a test: it is run over each subject."""
    exercise, language = hand_in.exercise, hand_in.language
    report.lines += [f"{'What is tested':<58}{'points':>9}{'verdict':>13}"]
    failed = []
    for claim in exercise.claims:
        variant = claim.get("subject", "")
        program, _ = build(exercise, language, hand_in.source, 4 * seconds,
                           variant)
        figures, told = measured.figures(exercise, language, claim, seconds)
        ended, met = run(exercise, language, hand_in.source, program, seconds,
                         seed=seed, variant=variant, more=figures)
        report.log += [ended.text(), json.dumps(figures)]
        expect_good_end(exercise, ended, limits_of(exercise, seconds), met)
        holds = met.verdict == claim["verdict"]
        points = claim["points"] if holds else 0
        report.points += points
        failed += [] if holds else [claim]
        report.lines.append(
            f"  {'right' if holds else 'WRONG'}  {claim['says']:<49}"
            f"{f'{points} of ' + str(claim['points']):>9}{str(met.verdict):>13}")
        if not holds:
            indent = " " * 11
            report.lines += wrapped(f"the claim {claim['verdict']}", indent,
                                    indent + "expected: ")
            report.lines += wrapped(told, indent + " " * 10,
                                    indent + "figures:  ")
            if "otherwise" in claim:
                report.lines += wrapped(claim["otherwise"], indent + " " * 10,
                                        indent + "likely:   ")
            report.lines += wrapped(exercise.chapter, indent,
                                    indent + "to read:  ")
    if any(claim["verdict"] == "holds" for claim in failed):
        report.points = 0
        report.end("The claim fails for the right program: so it catches "
                   "nothing, and there are no points.")
    else:
        count = len(exercise.claims)
        report.end(f"All {count} verdicts are right." if not failed else
                   f"{len(failed)} of {count} verdicts wrong.")


def add_to(subparsers):
    exercises.command(subparsers, "check", main, "measures one hand-in",
                      "dir", "n", "in").add_argument(
        "--seconds", type=float, default=15,
        help="a run may take so long, a compilation four times")


def main(arguments):
    if not arguments.dir:
        raise BadUsage("DIR= is missing: it names the folder that make exercise "
                       "wrote.")
    hand_in = HandIn(arguments.dir, arguments.n, arguments.word)
    report = check(hand_in, arguments.seconds)
    print(report.text())
    if not report.full:
        with contextlib.suppress(OSError):
            path = os.path.join(arguments.dir, "check.log")
            write(path, "\n\n".join([report.text()] + report.log) + "\n")
            print(f"(more in {path})", file=sys.stderr)
    return 0 if report.full else 1
