"""The data is a global that the workers inherit: the cure."""
from parked import BYTES, WORKERS, arrive, ready

from multiprocessing import get_context

import numpy as np


def analyze(i):
    data.sum()
    arrive()


if __name__ == "__main__":
    data = np.ones(BYTES // 8)
    with get_context("fork").Pool(WORKERS) as pool:
        pool.map_async(analyze, range(WORKERS), 1)
        ready()
