"""15 in_production in CPython: workers serve requests, day after day."""
from math import log
from multiprocessing import get_context
from random import Random

from cowtwin import (DATA, OVER_NOTHING, WORKERS, observe,
                     wait_to_be_measured)

SLOT = 32  # bytes: where CPython puts a float, which has 24
SHARE = 0.0005  # of the floats that a request reads, at random
BATCH, LIFE, LAST = 4, 16, 64  # requests
random = None


def passed_over():
    return int(log(1 - random.random()) / log(1 - SHARE))


def serve(i):
    global random
    random = random or Random(i)  # by its first batch
    for _ in range(BATCH):
        k = passed_over()
        while k < len(numbers):
            number = numbers[k]  # a name for it is a reference
            k += 1 + passed_over()
    wait_to_be_measured()
    return i**2


def serve_for_days(name, life):
    with get_context("fork").Pool(WORKERS, None, (), life // BATCH) as pool:
        for k in range(BATCH, LAST + 1, BATCH):
            observe("%s, k = %d" % (name, k), pool, serve, range(WORKERS), 1)


numbers = [1.0]
with get_context("fork").Pool(WORKERS) as pool:
    observe(OVER_NOTHING, pool, serve, range(WORKERS), 1)
numbers = [k / k for k in range(1, DATA // SLOT + 1)]
serve_for_days("forked once", LAST)
serve_for_days("replaced", LIFE)
