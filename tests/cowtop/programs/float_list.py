"""The workers read a list of floats that they inherit: 32 bytes each, which
they write a reference count into, and a pointer of 8."""
from parked import BYTES, WORKERS, arrive, ready

from multiprocessing import get_context


def analyze(i):
    sum(data)
    arrive()


if __name__ == "__main__":
    data = [float(i) for i in range(BYTES // 32)]
    with get_context("fork").Pool(WORKERS) as pool:
        pool.map_async(analyze, range(WORKERS), 1)
        ready()
