"""The workers inherit a list of floats, and read it. Or an array of as many
numbers: python3 objects.py array"""
import array
import multiprocessing
import os
import sys
import time

data = [float(i) for i in range(2_000_000)]
if sys.argv[1:] == ["array"]:
    data = array.array("d", data)


def analyze(i):
    sum(data)
    print(os.getpid(), "has its data", flush=True)
    time.sleep(60)  # time to look


if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(4) as pool:
        pool.map(analyze, range(4), 1)
