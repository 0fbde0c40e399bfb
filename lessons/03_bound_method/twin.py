"""03 bound_method in CPython: which tasks contain the object."""
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


def experiment(moment, task):
    with get_context("fork").Pool(WORKERS) as pool:
        observe(moment, pool, task, range(ITEMS), chunk_size=3)


experiment(OVER_NOTHING, Analysis(NOTHING).analyze)
analysis = Analysis(DATA)
experiment("a function", analyze)
experiment("a bound method", analysis.analyze)
