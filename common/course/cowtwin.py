"""What the CPython twins of the lessons share.

A twin stops its workers at the same rendezvous as its lesson, so that the same
meter can read both. Run by hand, with nobody to measure it, it sleeps there for
ten seconds, as the question's program did: time enough to look at it in top.

    PYTHONPATH=common/course python3 lessons/01_pass_self/twin.py [BYTES [WORKERS]]
"""
import gc
import json
import os
import select
import sys
import time

DATA, WORKERS, ITEMS = ([int(text) for text in sys.argv[1:4]]
                        + [64 << 20, 4, 4][len(sys.argv) - 1:])
if len(sys.argv) < 4:
    ITEMS = WORKERS

OVER_NOTHING = "the same pool over nothing"
NOTHING = 32  # bytes: four doubles

# A collection writes a mark into every object that it looks at, 1.5 MiB in such
# a process; happening in one pool and not in the next, it would pass for data.
gc.disable()

_measured = "COW_RENDEZVOUS" in os.environ


def wait_to_be_measured():
    """For a task: stops its worker until the processes have been measured."""
    if not _measured:
        time.sleep(10)
        return
    parent = os.getppid()
    try:
        gate = _open_end(2, os.O_RDONLY)
        if not select.select([gate], [], [], 0)[0]:
            _say("+ %d" % os.getpid())
            select.select([gate], [], [])
        os.close(gate)
    except (BrokenPipeError, FileNotFoundError):
        os._exit(1)  # nobody measures any more
    if os.getppid() != parent:
        os._exit(1)  # the pool is gone, and its worker would wait for ever


def observe(moment, pool, task, items, chunk_size=None):
    """Maps task over items; its results must be the squares of 0, 1, 2 ..."""
    _tell("moment " + moment)
    written, begun = _bytes_written(), time.perf_counter()
    results = pool.map(task, items, chunk_size)
    end = {"seconds": time.perf_counter() - begun,
           "right_results": sum(bool(result == i**2)
                                for i, result in enumerate(results))}
    if written is not None:
        end["to_workers"] = _bytes_written() - written
    _tell("end " + json.dumps(end))
    if _measured:
        sys.stdin.readline()  # until the rendezvous is ready for the next one


def observe_ranks(moment, world, task):
    """The same for the ranks of an MPI program: each calls the task."""
    if world.rank == 0:
        _tell("moment " + moment)
    world.barrier()
    result = task(world.rank)
    wait_to_be_measured()
    right = world.reduce(int(result == world.rank**2))
    if world.rank == 0:
        _tell("end " + json.dumps({"right_results": right}))
        if _measured:
            sys.stdin.readline()


def _tell(line):
    if _measured:
        _say(line)
    else:
        print(line, flush=True)


def _open_end(which, mode):
    """One of the rendezvous' pipes, wherever this process comes from."""
    place = os.environ["COW_RENDEZVOUS"].split(",")
    return os.open("/proc/%s/fd/%s" % (place[0], place[which]), mode)


def _say(line):
    arrivals = _open_end(1, os.O_WRONLY)
    os.write(arrivals, line.encode() + b"\n")
    os.close(arrivals)


def _bytes_written():
    """Bytes this process has written so far, to pipes above all: proc(5)."""
    try:
        with open("/proc/self/io") as file:
            return int(file.read().split("wchar: ")[1].split()[0])
    except OSError:
        return None
