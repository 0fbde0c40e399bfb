"""04 global in CPython: build it before the fork, send only the index."""
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


def analyze(i):
    return analysis.analyze(i)  # the global that the worker inherited


for moment, size in ((OVER_NOTHING, NOTHING),
                     ("every worker holds its task", DATA)):
    analysis = Analysis(size)
    with get_context("fork").Pool(WORKERS) as pool:
        observe(moment, pool, analyze, range(ITEMS))
