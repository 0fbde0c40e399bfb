"""The same cases with CPython's multiprocessing.Pool, measured on request.

Each line of standard input asks for one case, {"case": "round_trip", ...}; the
answer is one line of JSON, {"figure": 0.0012}: seconds, or bytes for
idle_worker. This process lives as long as the benchmarks do, so its own start
is in no figure; it keeps a pool from one request to the next, as the C++ side
does.
"""
import json
import mmap
import os
import sys
import time
from multiprocessing import get_context

import numpy as np

fork = get_context("fork")

array = np.ones(0)  # the payload; workers inherit it


def same(x):
    return x


def size_of(item):
    return item.size


def give(_):
    return array


class Analysis:
    """The object of lesson 01, which every item carries."""

    def __init__(self, size):
        self.numbers = np.ones(size // 8)

    def analyze(self, i):
        return self.numbers.mean() * i**2


def call_method(item):
    self, i = item
    return self.analyze(i)


class Pools:
    """One pool at a time, replaced when another number of workers is wanted,
    or when its workers must inherit something new."""

    def __init__(self):
        self.pool, self.of = None, None

    def get(self, workers, inherited=None):
        if self.of != (workers, inherited):
            self.end()
            self.pool, self.of = fork.Pool(workers), (workers, inherited)
            self.pool.map(same, range(workers))
        return self.pool

    def end(self):
        if self.pool is not None:
            self.pool.terminate()
            self.pool.join()
        self.pool, self.of = None, None


pools = Pools()


def seconds(work):
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def round_trip(trips, cpu):
    # The pool's threads and worker inherit the one CPU, as on the C++ side.
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cpu})
    try:
        pool = pools.get(1, "on one CPU")

        def work():
            for i in range(trips):
                pool.apply(same, (i,))

        return seconds(work) / trips
    finally:
        os.sched_setaffinity(0, before)


def map_ints(workers, items, chunk_size):
    pool = pools.get(workers)
    return seconds(lambda: pool.map(same, range(items), chunk_size or None))


def payload(workers, items, size, direction):
    global array
    if array.nbytes != size:
        array = np.ones(size // 8)
    pool = pools.get(workers, size)
    results = []
    task = {"there": size_of, "back": give, "both": same}[direction]
    given = range(items) if direction == "back" else [array] * items
    return seconds(lambda: results.extend(pool.map(task, given, 1)))


def start(workers, data):
    pools.end()
    held = mmap.mmap(-1, max(data, 1), flags=mmap.MAP_PRIVATE)
    for at in range(0, data, mmap.PAGESIZE):
        held[at] = 1
    begun = time.perf_counter()
    pool = fork.Pool(workers)
    pool.apply(same, (1,))
    taken = time.perf_counter() - begun
    pool.terminate()
    pool.join()
    held.close()
    return taken


def idle_worker(workers):
    pool = pools.get(workers)
    most = 0
    for worker in pool._pool:
        with open("/proc/%d/smaps_rollup" % worker.pid) as file:
            most = max(most, sum(int(line.split()[1]) << 10 for line in file
                                 if line.startswith("Private_")
                                 and "Hugetlb" not in line))
    return most


def pass_self(workers, size):
    pools.end()
    instance = Analysis(size)
    with fork.Pool(workers) as pool:
        items = [(instance, i) for i in range(workers)]
        return seconds(lambda: pool.map(call_method, items))


for line in sys.stdin:
    request = json.loads(line)
    figure = globals()[request.pop("case")](**request)
    print(json.dumps({"figure": figure}), flush=True)
pools.end()
