"""01 pass_self in CPython: the items of the map carry the object."""
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


def call_method(item):
    self, i = item
    return self.analyze(i)


for moment, size in ((OVER_NOTHING, NOTHING),
                     ("every worker holds its task", DATA)):
    instance = Analysis(size)
    items = [(instance, i) for i in range(ITEMS)]
    with get_context("fork").Pool(WORKERS) as pool:
        observe(moment, pool, call_method, items)
