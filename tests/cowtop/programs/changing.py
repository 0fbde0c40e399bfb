"""The workers inherit objects, or a numpy array, and do one thing with them, of
which `cowtop --why` says what it has changed.

    changing.py BYTES WORKERS CASE
"""
from parked import BYTES, WORKERS, arrive, ready

import gc
import sys
from multiprocessing import get_context


class Node:
    def __init__(self, value):
        self.value = value


def array_of_numbers():
    import numpy

    return numpy.ones(BYTES // 8)


def read(data):
    for _ in data:
        pass


def collect(data):
    gc.collect()


def keep(data):
    globals()["kept"] = list(data)


def hash_all(data):
    for text in data:
        hash(text)


def replace_values(data):
    for one in data:
        one[0] = None


def write(data):
    data[:] = 2


def write_again(data):
    data[:] = 1


CASES = {
    "float_loop": (lambda: [float(i) for i in range(BYTES // 32)], read),
    "float_kept": (lambda: [float(i) for i in range(BYTES // 32)], keep),
    "lists_collected": (lambda: [[None] for _ in range(BYTES // 72)], collect),
    "instances_collected": (lambda: [Node(None) for _ in range(BYTES // 64)],
                            collect),
    # The list is younger than what is in it. So the collector first takes each
    # for unreachable, and then sorts them anew, in the order of the list.
    "instances_sorted": (lambda: [Node(None) for _ in range(BYTES // 64)][:],
                         collect),
    "str_hashed": (lambda: [f"text {i:08}" for i in range(BYTES // 64)],
                   hash_all),
    "dict_values": (lambda: [{0: 1} for _ in range(BYTES // 296)],
                    replace_values),
    "numpy_written": (array_of_numbers, write),
    "numpy_same": (array_of_numbers, write_again),
}
make, change = CASES[sys.argv[3]]


def analyze(i):
    change(data)
    arrive()


if __name__ == "__main__":
    data = make()
    with get_context("fork").Pool(WORKERS) as pool:
        pool.map_async(analyze, range(WORKERS), 1)
        ready()
