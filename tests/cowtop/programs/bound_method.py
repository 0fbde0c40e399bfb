"""The task is a bound method: to pickle it is to pickle self."""
from parked import BYTES, WORKERS, arrive, ready

from multiprocessing import get_context


class Analysis:
    def __init__(self):
        self.data = b"1" * BYTES

    def analyze(self, i):
        arrive()


if __name__ == "__main__":
    data = Analysis()
    with get_context("fork").Pool(WORKERS) as pool:
        pool.map_async(data.analyze, range(WORKERS), 1)
        ready()
