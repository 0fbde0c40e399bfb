"""The task is a function: only i is sent. The workers inherit the object."""
import multiprocessing

from look import hold


class Analysis:
    def __init__(self):
        self.data = b"1" * (32 << 20)  # 32 MiB


def analyze(i):
    hold(sum(analysis.data[::4096]))


if __name__ == "__main__":
    analysis = Analysis()  # before the pool
    with multiprocessing.get_context("fork").Pool(2) as pool:
        pool.map(analyze, range(2), 1)
