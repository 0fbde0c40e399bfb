"""06 class_static in CPython: the global, as an attribute of its class."""
from multiprocessing import get_context

import numpy as np

from cowtwin import (DATA, ITEMS, NOTHING, OVER_NOTHING, WORKERS, observe,
                     wait_to_be_measured)


class Analysis:
    numbers = None  # the class's own: one for all instances

    @staticmethod
    def use(numbers):
        Analysis.numbers = numbers

    @staticmethod
    def analyze(i):
        mean = Analysis.numbers.mean()
        wait_to_be_measured()  # here the question's program slept
        return mean * i**2


def experiment(moment, method="fork", initializer=None, initargs=()):
    with get_context(method).Pool(WORKERS, initializer, initargs) as pool:
        observe(moment, pool, Analysis.analyze, range(ITEMS))


if __name__ == "__main__":
    instances = [Analysis() for _ in range(1000)]
    Analysis.use(np.ones(NOTHING // 8))
    experiment(OVER_NOTHING)
    Analysis.use(np.ones(DATA // 8))
    experiment("a static, and 1,000 instances")
    Analysis.use(None)
    for method in ("fork", "spawn", "forkserver"):
        for moment, size in ((OVER_NOTHING, NOTHING),
                             ("initializer, " + method, DATA)):
            experiment(moment, method, Analysis.use, (np.ones(size // 8),))
