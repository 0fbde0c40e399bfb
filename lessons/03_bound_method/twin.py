"""03 bound_method in CPython: what a callable brings along."""
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

    @staticmethod
    def analyze_the_global(i):
        return analysis.analyze(i)


class Holder:
    def __init__(self, held):
        self.held = held

    def __call__(self, i):
        return self.held.analyze(i)


def analyze(i):
    return analysis.analyze(i)  # the global that the worker inherited


def call_method(item):
    self, i = item
    return self.analyze(i)


def experiment(moment, task, items=range(ITEMS)):
    with get_context("fork").Pool(WORKERS) as pool:
        observe(moment, pool, task, items, chunk_size=3)


experiment(OVER_NOTHING, Analysis(NOTHING).analyze)
analysis = Analysis(DATA)
experiment("a function", analyze)
experiment("a static method", Analysis.analyze_the_global)
experiment("a bound method", analysis.analyze)
experiment("a callable that holds the object", Holder(analysis))
experiment("items that share one object", call_method,
           [(analysis, i) for i in range(ITEMS)])
