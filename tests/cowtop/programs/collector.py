"""The workers inherit lists of one element, 64 bytes each with what the
collector needs, and let it run: it writes into each, unless they are frozen.

    collector.py BYTES WORKERS [freeze]
"""
from parked import BYTES, WORKERS, arrive, ready

import gc
import sys
from multiprocessing import get_context


def analyze(i):
    gc.collect()
    arrive()


if __name__ == "__main__":
    data = [[None] for _ in range(BYTES // 72)]
    if sys.argv[3:] == ["freeze"]:
        gc.freeze()
    with get_context("fork").Pool(WORKERS) as pool:
        pool.map_async(analyze, range(WORKERS), 1)
        ready()
