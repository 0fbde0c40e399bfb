"""The data is a global from before the pool: the workers inherit it."""
import multiprocessing
import os
import time

data = b"1" * (64 << 20)  # 64 MiB


def analyze(i):
    sum(data[::4096])
    print(os.getpid(), "has its data", flush=True)
    time.sleep(60)  # time to look


if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(4) as pool:
        pool.map(analyze, range(4), 1)
