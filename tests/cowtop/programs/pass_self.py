"""The items of the map carry the object: each worker unpickles one."""
from parked import BYTES, WORKERS, arrive, ready

from multiprocessing import get_context

import numpy as np


class Analysis:
    def __init__(self):
        self.numbers = np.ones(BYTES // 8)

    def analyze(self, i):
        arrive()


def call(item):
    item[0].analyze(item[1])


if __name__ == "__main__":
    data = Analysis()
    with get_context("fork").Pool(WORKERS) as pool:
        pool.map_async(call, [(data, i) for i in range(WORKERS)], 1)
        ready()
