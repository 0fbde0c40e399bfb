"""11 garbage_collector in CPython: it marks lists that no worker touches."""
import gc
from multiprocessing import get_context

from cowtwin import (DATA, ITEMS, OVER_NOTHING, WORKERS, observe,
                     wait_to_be_measured)

SLOT = 64  # bytes: where CPython puts a list, which has 56


def square(i):
    wait_to_be_measured()
    return i**2


def collect(i):  # touches no row, but the collector marks all of them
    gc.collect()
    return square(i)


def measure(moment, task):
    with get_context("fork").Pool(WORKERS) as pool:
        observe(moment, pool, task, range(ITEMS))


# cowtwin has called gc.disable(), so that no collection comes by itself. Marks
# in a table have no counterpart: CPython has them in the headers.
rows = []
measure(OVER_NOTHING, collect)
rows = [[None] for k in range(DATA // SLOT)]
measure("no collection", square)
measure("marks in headers", collect)
gc.freeze()  # before the fork
measure("frozen", collect)
