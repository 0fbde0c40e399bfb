"""09 refcounts in CPython: adding up a list of floats, and one large array."""
from multiprocessing import get_context

import numpy as np

from cowtwin import (DATA, ITEMS, OVER_NOTHING, WORKERS, observe,
                     wait_to_be_measured)

SLOT = 32  # bytes: where CPython puts a float, which has 24


def ones(count):
    return [k / k for k in range(1, count + 1)]  # each 1.0 an object of its own


def add_floats(i):
    total = 0
    for number in numbers:  # a name for it is a reference: its count changes
        total += number
    wait_to_be_measured()
    return total / len(numbers) * i**2


def add_array(i):
    mean = numbers.mean()  # of all numbers, but of one object
    wait_to_be_measured()
    return mean * i**2


# The last part, shared_ptr, has no counterpart: all of Python goes by copy.
for moment, build, size, task in (
        (OVER_NOTHING, ones, 1, add_floats),
        ("floats", ones, DATA // SLOT, add_floats),
        ("one array", np.ones, DATA // 8, add_array)):
    numbers = build(size)
    with get_context("fork").Pool(WORKERS) as pool:
        observe(moment, pool, task, range(ITEMS))
