"""Measures a recipe before and after its cure: measure.py NAME

Starts the program, waits until both workers have used their data (hold, in
look.py), reads what all processes cost, and ends them. --shell PROGRAM runs the
command of README.md instead of reading.
"""
import collections
import glob
import importlib.metadata
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
WORKERS = 2
LONGEST = 100  # seconds

Measured = collections.namedtuple("Measured", "own together results")

GUNICORN = "-m gunicorn -w 2 -b unix:socket "
PUMA = "puma -w 2 -t 1:1 -b unix://socket "
# What is run, if not NAME_before.py and NAME_after.py.
COMMANDS = {
    "gunicorn": {"before": GUNICORN + "web:app",
                 "--preload": GUNICORN + "--preload web:app",
                 "after": GUNICORN + "-c HERE/gunicorn_after.py web:app",
                 "all read": GUNICORN +
                             "-c HERE/gunicorn_after.py web_reads:app"},
    "celery": {"before": "-m celery -A celery_before worker -c 2",
               "after": "-m celery -A celery_after worker -c 2"},
    "puma": {"before": PUMA + "HERE/puma.ru",
             "after": PUMA + "--preload HERE/puma.ru"},
    "r": {"before": "Rscript HERE/r_before.R",
          "after": "Rscript HERE/r_after.R"},
    "perl": {"before": "perl HERE/perl_before.pl",
             "after": "perl HERE/perl_after.pl"},
}
MODULES = {"dataframe": ["pandas"], "text": ["pandas"],
           "dicts": ["numpy"], "results": ["numpy"], "mmap": ["numpy"],
           "joblib": ["joblib", "numpy"], "dataloader": ["numpy"],
           "gunicorn": ["gunicorn"], "celery": ["celery"]}


class Missing(Exception):
    """What this machine lacks."""


def commands_of(name):
    """What is run for a recipe: "before", "after", and their words."""
    default = {when: f"HERE/{name}_{when}.py" for when in ("before", "after")}
    return {when: words_of(text)
            for when, text in COMMANDS.get(name, default).items()}


def words_of(text):
    words = [word.replace("HERE", HERE) for word in text.split()]
    if words[0] == "-m" or words[0].endswith(".py"):
        words.insert(0, sys.executable)
    return words


def tools_of(name):
    """The tools of a recipe, with their versions. Throws Missing."""
    if name in ("puma", "r", "perl"):
        tool = {"puma": "puma", "r": "Rscript", "perl": "perl"}[name]
        if shutil.which(tool) is None:
            raise Missing(f"{tool} is not installed")
        text = subprocess.run(
            [tool] + (["-e", "print $^V"] if tool == "perl" else ["--version"]),
            capture_output=True, text=True, check=True).stdout
        return [("Perl " if tool == "perl" else "") + text.strip()]
    tools = ["Python %d.%d.%d" % sys.version_info[:3]]
    for module in MODULES.get(name, []):
        try:
            tools.append(f"{module} {importlib.metadata.version(module)}")
        except importlib.metadata.PackageNotFoundError:
            raise Missing(f"{sys.executable} has no {module}") from None
    return tools


def processes(group):
    """The PIDs of a process group."""
    pids = []
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path) as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        if fields[2] == str(group) and fields[0] != "Z":
            pids.append(int(path.split("/")[2]))
    return pids


def read(pid, what):
    """The sum of the lines of smaps_rollup that begin with `what`, in bytes."""
    with open(f"/proc/{pid}/smaps_rollup") as lines:
        return sum(int(line.split()[1]) for line in lines
                   if line.startswith(what)) * 1024


def ask(path, program):
    """A request to a server that listens there, as soon as it does."""
    while program.poll() is None:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(path)
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            return connection
        except OSError:
            connection.close()
            time.sleep(0.05)


def end(program):
    """Ends the group. Trackers end by themselves, and remove what is left."""
    program.kill()
    for pid in processes(program.pid):
        try:
            with open(f"/proc/{pid}/cmdline") as file:
                if "resource_tracker" not in file.read():
                    os.kill(pid, signal.SIGKILL)
        except OSError:
            pass  # it has ended
    program.stdout.read()  # until the last of them has ended
    program.wait()


def too_late(*_):
    raise TimeoutError(f"the workers did not hold their data in {LONGEST} s")


def wait_for_workers(program, errors):
    """What the workers say that they hold: a result for each PID."""
    results = {}
    while len(results) < WORKERS:
        line = program.stdout.readline()
        pid, holds, result = line.partition(" holds ")
        if holds:
            results[int(pid)] = result.strip()
        elif not line:
            errors.seek(0)
            sys.exit(f"{program.args} ended early: {errors.read()}")
    return results


def run(words, look):
    """Runs a program; looks at it, with its results, when its workers hold."""
    signal.signal(signal.SIGALRM, too_late)
    signal.alarm(LONGEST)
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(
            os.environ, PYTHONPATH=HERE, PYTHONDONTWRITEBYTECODE="1",
            TMPDIR=folder, JOBLIB_TEMP_FOLDER=folder, OPENBLAS_NUM_THREADS="1")
        with open(f"{folder}/errors", "w+") as errors:
            program = subprocess.Popen(
                words, cwd=folder, env=environment, stdout=subprocess.PIPE,
                stderr=errors, text=True, start_new_session=True)
            try:
                requests = [ask(f"{folder}/socket", program)
                            for _ in range(WORKERS) if "-b" in words]
                return look(program.pid, wait_for_workers(program, errors))
            finally:
                signal.alarm(0)
                end(program)


def figures(group, results):
    return Measured(own=[read(pid, "Private_") for pid in results],
                    together=sum(read(pid, "Pss:") for pid in processes(group)),
                    results=sorted(results.values()))


def peaks(group, results):
    """The highest RSS until now: of the workers, and of their parent."""
    def peak(pid):
        with open(f"/proc/{pid}/status") as lines:
            return next(int(line.split()[1]) * 1024 for line in lines
                        if line.startswith("VmHWM"))
    return Measured(own=[peak(pid) for pid in results], together=peak(group),
                    results=sorted(results.values()))


# Where something else is read than what all processes cost.
LOOKS = {"results": peaks}


def shell(pid, results):
    """The command of README.md, with the PID of a process of the program."""
    with open(f"{HERE}/../one_look.sh") as file:
        command = file.read().replace("4711", str(pid))
    print(subprocess.run(["sh", "-c", command], text=True, check=True,
                         stdout=subprocess.PIPE).stdout, end="")


def main():
    if sys.argv[1] == "--shell":
        run(words_of("HERE/" + sys.argv[2]), shell)
        return
    name = sys.argv[1]
    try:
        tools = tools_of(name)
    except Missing as missing:
        print(missing)
        sys.exit(77)  # "not possible here": the proof skips the block
    titles = (("a worker's peak (RSS)", "the parent's peak (RSS)")
              if name in LOOKS else
              ("a worker's own (USS)", "all processes (sum of PSS)"))
    print("%-11s%22s  %26s" % ("", *titles))
    for when, words in commands_of(name).items():
        measured = run(words, LOOKS.get(name, figures))
        print("%-11s%18.1f MiB  %22.1f MiB" % (
            when, max(measured.own) / 2**20, measured.together / 2**20))
    print("with " + ", ".join(tools))


if __name__ == "__main__":
    main()
