"""The task is a method: each message to a worker carries the object."""
import multiprocessing
import os
import time


class Analysis:
    def __init__(self):
        self.data = b"1" * (64 << 20)  # 64 MiB

    def analyze(self, i):
        sum(self.data[::4096])
        print(os.getpid(), "has its data", flush=True)
        time.sleep(60)  # time to look


if __name__ == "__main__":
    analysis = Analysis()
    with multiprocessing.get_context("fork").Pool(4) as pool:
        pool.map(analysis.analyze, range(4), 1)
