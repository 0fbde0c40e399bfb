"""The workers inherit a million small lists and do not touch them; the
collector does. Or it is told not to: python3 collector.py freeze"""
import gc
import multiprocessing
import os
import sys
import time

data = [[None] for i in range(1_000_000)]


def analyze(i):
    gc.collect()
    print(os.getpid(), "has its data", flush=True)
    time.sleep(60)  # time to look


if __name__ == "__main__":
    if sys.argv[1:] == ["freeze"]:
        gc.freeze()
    with multiprocessing.get_context("fork").Pool(4) as pool:
        pool.map(analyze, range(4), 1)
