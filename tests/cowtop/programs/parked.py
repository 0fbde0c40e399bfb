"""How the programs of these tests meet their meter: each worker says that it
holds its data and waits; when all do, the program prints "ready". It goes on,
and ends its workers, when standard input is closed.

    NAME.py BYTES WORKERS

The two meet by pipes with names, in a folder that PARKED names: so forked and
spawned workers find them in the same way.
"""
import os
import sys
import tempfile

BYTES, WORKERS = int(sys.argv[1]), int(sys.argv[2])


def arrive():
    """For a task: says so, and stops its worker until the program ends."""
    for pipe in _pipes:
        os.close(pipe)  # or a worker would keep its own gate from closing
    arrivals = os.open(_path("arrivals"), os.O_WRONLY)
    gate = os.open(_path("gate"), os.O_RDONLY)
    os.write(arrivals, b"+")
    os.read(gate, 1)  # nobody writes: this is the end of the program
    os._exit(0)


def ready(workers=WORKERS):
    """Waits until so many have arrived, prints "ready", waits for the end."""
    got = 0
    while got < workers:
        got += len(os.read(_pipes[0], 1024))
    print("ready", flush=True)
    sys.stdin.read()


def _path(name):
    return os.path.join(os.environ["PARKED"], name)


_pipes = []
if "PARKED_BY" not in os.environ:  # the program itself, not what it spawns
    os.environ["PARKED_BY"] = str(os.getpid())
    os.environ.setdefault("PARKED", tempfile.mkdtemp())
    for _name in ("arrivals", "gate"):
        os.mkfifo(_path(_name))
        _pipes.append(os.open(_path(_name), os.O_RDWR))
