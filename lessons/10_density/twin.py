"""10 density in CPython: of a list of floats, a worker reads one in a hundred."""
import random
from array import array
from multiprocessing import get_context

from cowtwin import (DATA, ITEMS, OVER_NOTHING, WORKERS, observe,
                     wait_to_be_measured)

SLOT = 32  # bytes: where CPython puts a float, which has 24


def at_random(count):
    return random.sample(range(len(numbers)), count)


def side_by_side(count):
    return range(64, 64 + count)


def read_drawn(i):
    total = 0
    for k in draws[i]:
        total += numbers[k]  # a reference: its count changes
    wait_to_be_measured()
    return total / len(draws[i]) * i**2


for moment, size, draw in (
        (OVER_NOTHING, 100, at_random),
        ("s = 32", DATA // SLOT, at_random),
        ("s = 32, side by side", DATA // SLOT, side_by_side)):
    numbers = [k / k for k in range(1, size + 1)]  # each 1.0 of its own
    # In a list, the indices would be objects as well, with counts to change.
    draws = [array("q", draw(size // 100)) for _ in range(ITEMS)]
    with get_context("fork").Pool(WORKERS) as pool:
        observe(moment, pool, read_drawn, range(ITEMS))
