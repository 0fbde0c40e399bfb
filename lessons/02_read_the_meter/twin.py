"""02 read_the_meter in CPython: inherited, never touched, passed by value."""
from multiprocessing import get_context

import numpy as np

from cowtwin import (DATA, ITEMS, NOTHING, OVER_NOTHING, WORKERS, observe,
                     wait_to_be_measured)


def stand_still(i):
    wait_to_be_measured()
    return i**2


def hold_a_copy(item):
    return stand_still(item[1])


def experiment(moment, array, by_value=False):
    task = hold_a_copy if by_value else stand_still
    items = [(array, i) if by_value else i for i in range(ITEMS)]
    with get_context("fork").Pool(WORKERS) as pool:
        observe(moment, pool, task, items)


experiment(OVER_NOTHING, np.ones(NOTHING // 8))
experiment("filled before the fork: inherited", np.ones(DATA // 8))
experiment("reserved, never touched: inherited", np.zeros(DATA // 8))
experiment("reserved, then passed by value", np.zeros(DATA // 8), by_value=True)
