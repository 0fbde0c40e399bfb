"""05 registry in CPython: fill a table before the fork, send the key."""
from multiprocessing import get_context

import numpy as np

from cowtwin import (DATA, ITEMS, NOTHING, OVER_NOTHING, WORKERS, observe,
                     wait_to_be_measured)


class Analysis:
    def __init__(self, size):
        self.numbers = np.ones(size // 8)

    def analyze(self, i):
        mean = self.numbers.mean()
        wait_to_be_measured()  # here the question's program slept
        return mean * i**2


registry = {}


def analyze(item):
    key, i = item
    return registry[key].analyze(i)  # of the table that the worker inherited


items = [("abc"[i % 3], i) for i in range(ITEMS)]
for moment, sizes in ((OVER_NOTHING, [NOTHING] * 3),
                      ("every worker holds its task",
                       [DATA // 2, DATA // 4, DATA // 4])):
    for key, size in zip("abc", sizes):
        registry[key] = Analysis(size)
    with get_context("fork").Pool(WORKERS) as pool:
        observe(moment, pool, analyze, items)
