"""12 cures in CPython: floats that are counted, floats made immortal (by force,
in 3.12 and newer), and all numbers in one flat array."""
import ctypes
import sys
from multiprocessing import get_context

import numpy as np

from cowtwin import (DATA, ITEMS, OVER_NOTHING, WORKERS, observe,
                     wait_to_be_measured)

SLOT = 32  # bytes: where CPython puts a float, which has 24


def ones(count):
    return [k / k for k in range(1, count + 1)]  # each 1.0 an object of its own


def immortal_ones(count):
    floats = ones(count)
    for number in floats:  # the count that None has since CPython 3.12
        ctypes.c_uint32.from_address(id(number)).value = 0xFFFFFFFF
    return floats


def flat_ones(count):
    return np.ones(count), np.arange(count)  # object k begins at offsets[k]


def add_floats(i):
    total = 0
    for number in numbers:  # a name for it is a reference: its count changes
        total += number
    wait_to_be_measured()
    return total / len(numbers) * i**2


def add_flat(i):
    buffer, offsets = numbers
    mean = np.add.reduceat(buffer, offsets).mean()
    wait_to_be_measured()
    return mean * i**2


# Half immortal, biased and a side table: no CPython has them for floats. Its
# loops cannot borrow.
ways = [(OVER_NOTHING, ones, 1, add_floats),
        ("counted", ones, DATA // SLOT, add_floats),
        ("flat", flat_ones, DATA // SLOT, add_flat)]
if sys.version_info >= (3, 12):
    ways.append(("immortal", immortal_ones, DATA // SLOT, add_floats))
for moment, build, size, task in ways:
    numbers = None  # the next ones are built when these are gone
    numbers = build(size)
    with get_context("fork").Pool(WORKERS) as pool:
        observe(moment, pool, task, range(ITEMS))
