"""What an exercise brings along: its parameters, its data, its work, and the
way to the check that measures it.

You need not change anything here, and it would not help: the check uses its own
copy. Without a check the program just runs, with D = 64 MiB.
"""
import gc
import os
import socket

try:  # here, so that workers inherit it: it takes 13 MiB
    import numpy as np
except ImportError:  # an exercise without arrays does without it
    np = None

DATA = int(os.environ.get("COWPOOL_DATA", 64 << 20))  # D: bytes, all together
WORKERS = int(os.environ.get("COWPOOL_WORKERS", 4))  # N
SEED = int(os.environ.get("COWPOOL_SEED", 1))  # the values derive from it
ITEMS = range(WORKERS)  # the items of the map

# A collection writes a mark into every object that it looks at: it would pass
# for a page that the task has written.
gc.disable()


def make_data(size=DATA, which=0):
    """An array of so many bytes. Another number `which`: other values."""
    seed = SEED + 101 * which
    pattern = (np.arange(1009) * 7 + seed) % 1009 + seed % 97
    return np.resize(pattern.astype(float), max(1, size // 8))


def tell(line):
    """Sends one line to the check, waits for its answer. False: no check."""
    path = os.environ.get("COWPOOL_CHECK")
    if path is None:
        return False
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        connection.sendall(line.encode() + b"\n")
        if not connection.recv(1):
            os._exit(3)  # the check has ended
    return True


def meet():
    """For a task: stops its worker until the check has read all memory."""
    tell("arrived")


def work(numbers, item):
    """The task's work: reads all data, is measured, returns the result."""
    total = float(numbers.sum())
    meet()
    return total * (item + 1)


def report(results):
    """Hands the results of the exercise to the check."""
    line = " ".join(["results"] + ["%.17g" % result for result in results])
    if not tell(line):
        print(line)


def verdict(holds):
    """Of a catch exercise: whether the claim holds for what was tested."""
    if not tell("verdict holds" if holds else "verdict fails"):
        print("the claim holds" if holds else "the claim fails")
