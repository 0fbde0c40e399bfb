"""The task is a method: each message to a worker carries the object."""
import multiprocessing

from look import hold


class Analysis:
    def __init__(self):
        self.data = b"1" * (32 << 20)  # 32 MiB

    def analyze(self, i):
        hold(sum(self.data[::4096]))


if __name__ == "__main__":
    analysis = Analysis()
    with multiprocessing.get_context("fork").Pool(2) as pool:
        pool.map(analysis.analyze, range(2), 1)
