"""Runs what a hand-in brings: under limits, and so that nothing is left of it.

A supervisor (this file, as a program) adopts all processes of a run and returns
when they are gone. Below it bubblewrap (bwrap) gives the run a file system of
its own, read-only but for a small folder in memory, and no network. Where it is
missing, or with COWPOOL_SANDBOX=none, the rest holds all the same: a watchdog
looks at all processes of the run, and prlimit bounds each of them.
"""
import contextlib
import ctypes
import functools
import os
import selectors
import shutil
import signal
import subprocess
import sys
import threading
import time

from exercises import read

MIB = 1 << 20
OUTPUT = 64 << 10  # bytes of output that are read
TICK = 0.03  # seconds between two looks of the watchdog
interrupted = threading.Event()  # ends all runs, in whatever thread


class Limits:
    """What a run may take. `memory` is that of all its processes."""

    def __init__(self, seconds, memory, processes=64, file=128 * MIB):
        self.seconds, self.memory, self.processes = seconds, memory, processes
        self.file, self.disk = file, 2 * file
        self.shmem = _of_machine("Shmem")  # before the run


class Ended:
    """How a run ended. `why` is set if the watchdog ended it: hung, processes,
    memory, output, disk or file."""

    def __init__(self):
        self.status, self.output, self.why, self.seconds = None, b"", None, 0.0

    @property
    def signal(self):
        number = self.status - 128 if self.status > 128 else -self.status
        return number if 0 < number < 65 else None

    def text(self):
        return self.output.decode("utf-8", "replace")


@functools.lru_cache(None)
def kind():
    """"bubblewrap", or "none" where it is missing or may not be used."""
    if os.environ.get("COWPOOL_SANDBOX") == "none" or not shutil.which("bwrap"):
        return "none"
    tried = subprocess.run(
        ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc",
         "true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return "bubblewrap" if tried.returncode == 0 else "none"


def warning():
    """What is not limited here; None where everything is."""
    if kind() == "bubblewrap":
        return None
    return ("Without bubblewrap a hand-in can read your files, write where you "
            "may write, end your programs, and use the network: do not check "
            "what you would not run. Time, memory, processes, file size and "
            "output are limited.")


def _bwrap(binds, writable, disk):
    words = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session",
             "--cap-drop", "ALL", "--ro-bind", "/usr", "/usr"]
    for name in ("/bin", "/sbin", "/lib", "/lib32", "/lib64"):
        if os.path.islink(name):
            words += ["--symlink", os.readlink(name), name]
        elif os.path.isdir(name):
            words += ["--ro-bind", name, name]
    for name in ("/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf",
                 "/etc/ld.so.conf.d"):
        words += ["--ro-bind-try", name, name]
    words += ["--proc", "/proc", "--dev", "/dev", "--size", str(disk),
              "--tmpfs", "/dev/shm", "--remount-ro", "/dev",
              "--size", str(disk), "--tmpfs", "/tmp"]
    for path in binds:
        words += ["--ro-bind", path, path]
    for path in writable:
        words += ["--bind", path, path]
    return words + ["--remount-ro", "/", "--chdir", "/tmp", "--"]


def _prlimit(limits):
    if not shutil.which("prlimit"):
        return []
    words = ["prlimit", "--core=0", "--nofile=256", f"--fsize={limits.file}",
             f"--as={limits.memory + 1024 * MIB}",
             f"--cpu={int(limits.seconds) + 1}"]
    # Outside of a namespace all processes of the user would count.
    if kind() == "bubblewrap" and os.getuid() != 0:
        words.append(f"--nproc={4 * limits.processes}")
    return words + ["--"]


def children(pid):
    try:
        found = []
        for task in os.listdir(f"/proc/{pid}/task"):
            found += read(f"/proc/{pid}/task/{task}/children").split()
        return [int(child) for child in found]
    except OSError:
        return []


def descendants(pid):
    """All processes below one, those that are nearer first."""
    found, last = [], [pid]
    while last and len(found) < 10000:
        last = [child for parent in last for child in children(parent)]
        found += last
    return found


def _resident(pid):
    try:
        return int(read(f"/proc/{pid}/statm").split()[1]) * os.sysconf(
            "SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def rollup(pid):
    """Bytes by name of /proc/PID/smaps_rollup; empty if it is gone."""
    try:
        lines = read(f"/proc/{pid}/smaps_rollup").splitlines()[1:]
        return {line.split(":")[0]: int(line.split()[1]) << 10
                for line in lines}
    except (OSError, IndexError, ValueError):
        return {}


def _of_machine(name):
    return int(read("/proc/meminfo").split(name + ":")[1].split()[0]) << 10


def _wrong(tree, limits, folder):
    """What the watchdog sees: a reason to end the run, or None."""
    if len(tree) > limits.processes:
        return "processes"
    # RSS counts what is shared several times: only if that is much, look closer.
    if (sum(map(_resident, tree)) > limits.memory
            and sum(rollup(pid).get("Pss", _resident(pid)) for pid in tree)
            > limits.memory):
        return "memory"
    # What is in no process: files in memory, segments that are not mapped.
    if (_of_machine("MemAvailable") < 128 * MIB
            or _of_machine("Shmem") - limits.shmem > limits.memory):
        return "memory"
    places = [folder] if folder else [
        f"/proc/{tree[-1]}/root{name}" for name in ("/tmp", "/dev/shm") if tree]
    for place in places:
        try:
            # Before the run has a file system of its own, this is the machine's.
            outside = {os.stat(path).st_dev for path in ("/", "/tmp", "/dev/shm")}
            if not folder and os.stat(place).st_dev in outside:
                continue
            used, largest = _used(place)
        except OSError:
            continue
        if largest >= limits.file:
            return "file"
        if used >= limits.disk - MIB:
            return "disk"
    return None


def _used(folder):
    """Bytes in a folder and in its largest file."""
    used = largest = seen = 0
    for place, folders, files in os.walk(folder):
        if place.count("/") > 100:  # nor are they to be hidden far below
            return 1 << 62, largest
        for name in folders + files:
            try:
                there = os.lstat(os.path.join(place, name)).st_blocks * 512
            except OSError:
                continue
            used, largest, seen = used + there, max(largest, there), seen + 1
            if seen > 2000:  # a disk can be filled with names as well
                return 1 << 62, largest
    return used, largest


class Groups:
    """Control groups for a run, where they may be made: a limit that no process
    can outrun. Root may; for others prlimit bounds the processes in bwrap."""

    def __init__(self, limits):
        self.made = []
        version_1 = os.path.isdir("/sys/fs/cgroup/pids")
        memory = "memory.limit_in_bytes" if version_1 else "memory.max"
        for controller, file, most in (
                ("pids", "pids.max", limits.processes + 16),
                ("memory", memory, limits.memory + 256 * MIB)):
            top = os.path.join("/sys/fs/cgroup", controller if version_1 else "")
            path = os.path.join(top, f"cowpool-{os.getpid()}-{id(self)}")
            try:
                os.makedirs(path, exist_ok=True)
                with open(os.path.join(path, file), "r+") as limit:
                    limit.write(str(most))
                self.made += [path] if path not in self.made else []
            except OSError:
                with contextlib.suppress(OSError):
                    os.rmdir(path)

    def out_of_memory(self):
        """Whether the kernel has ended a process that went over the limit."""
        for path in self.made:
            for file in ("memory.oom_control", "memory.events"):
                with contextlib.suppress(OSError, IndexError, ValueError):
                    text = read(os.path.join(path, file))
                    if int(text.split("oom_kill ")[1].split()[0]) > 0:
                        return True
        return False

    def remove(self):
        for path in self.made:
            with contextlib.suppress(OSError):
                os.rmdir(path)


def end(process):
    """Ends a run. Its supervisor returns when nothing of it is left."""
    while process.poll() is None:
        for pid in descendants(process.pid):
            _kill(pid, signal.SIGKILL)
        process.send_signal(signal.SIGCONT)  # a hand-in may have stopped it
        time.sleep(0.002)


def _kill(pid, number):
    with contextlib.suppress(OSError):
        os.kill(pid, number)


def run(command, limits, folder, binds=(), writable=(), environment=None,
        meter=None):
    """Runs a command and returns how it Ended.

    `folder` is an empty folder that the caller removes: where the command works
    if it has no file system of its own. `binds` are the paths that it can read,
    `writable` those that it can write. `meter` gets to see the run.
    """
    inside = kind() == "bubblewrap"
    where = "/tmp" if inside else folder
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8",
                   "HOME": where, "TMPDIR": where, "PYTHONHASHSEED": "0",
                   "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
                   "MKL_NUM_THREADS": "1", **(environment or {})}
    words = [sys.executable, "-S", "-B", os.path.abspath(__file__)]
    words += _bwrap(binds, writable, limits.disk) if inside else []
    ended = Ended()
    began = looked = time.monotonic()
    groups = Groups(limits)
    words[4:4] = groups.made + ["--"]
    process = subprocess.Popen(
        words + _prlimit(limits) + command, cwd="/" if inside else folder,
        env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, start_new_session=True)  # Ctrl-C is for us
    selector = selectors.DefaultSelector()
    selector.register(process.stdout, selectors.EVENT_READ)
    if meter:
        meter.begin(selector, process.pid, depth=3 if inside else 1)
    try:
        while ended.why is None:
            for key, _ in selector.select(TICK):
                if key.fileobj is process.stdout:
                    part = os.read(process.stdout.fileno(), 16384)
                    ended.output += part
                    if not part:
                        selector.unregister(process.stdout)
                    if len(ended.output) > OUTPUT:
                        ended.why = "output"
                else:
                    meter.handle(key)
            now = time.monotonic()
            if now - looked >= TICK:
                looked = now
                tree = descendants(process.pid)
                ended.why = ended.why or _wrong(
                    tree, limits, None if inside else folder)
                if meter:
                    meter.tick(now)
            if now - began > limits.seconds or interrupted.is_set():
                ended.why = ended.why or "hung"
            if process.poll() is not None:
                break
        if ended.why is None:
            os.set_blocking(process.stdout.fileno(), False)
            while len(ended.output) <= OUTPUT:
                part = process.stdout.read(16384)
                if not part:
                    break
                ended.output += part
            if len(ended.output) > OUTPUT:
                ended.why = "output"
    finally:
        end(process)
        # The kernel may have been faster than the watchdog.
        if ended.why in (None, "hung") and groups.out_of_memory():
            ended.why = "memory"
        groups.remove()
        if meter:
            meter.close()
        selector.close()
        process.stdout.close()
    ended.output = ended.output[:OUTPUT]
    ended.status = process.returncode
    ended.seconds = time.monotonic() - began
    return ended


def _supervise(groups, command):
    """Adopts processes that lose their parent; returns when all are gone."""
    libc = ctypes.CDLL(None)
    libc.prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: prctl(2)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    libc.prctl(1, signal.SIGTERM, 0, 0, 0)  # PR_SET_PDEATHSIG
    for group in groups:
        with open(os.path.join(group, "cgroup.procs"), "w") as file:
            file.write("0")
    status = 1
    try:
        status = subprocess.Popen(command, start_new_session=True).wait()
    except KeyboardInterrupt:
        pass  # the check is gone: end what it has begun
    while True:
        # A process that is stopped starts no other.
        tree = []
        while not set(descendants(os.getpid())) <= set(tree):
            tree = descendants(os.getpid())
            for pid in tree:
                _kill(pid, signal.SIGSTOP)
        for pid in tree:
            _kill(pid, signal.SIGKILL)
        try:
            os.wait()
        except ChildProcessError:
            break
    for group in groups:  # out of it, so that it can be removed
        with open(os.path.join(os.path.dirname(group), "cgroup.procs"),
                  "w") as file:
            file.write("0")
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    cut = sys.argv.index("--")
    sys.exit(_supervise(sys.argv[1:cut], sys.argv[cut + 1:]))
