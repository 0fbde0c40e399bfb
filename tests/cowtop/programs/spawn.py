"""Spawned workers, each of which is sent the data when it starts."""
from parked import BYTES, WORKERS, arrive, ready

from multiprocessing import get_context


def keep(sent):
    global data
    data = sent


def analyze(i):
    arrive()


if __name__ == "__main__":
    data = b"1" * BYTES
    with get_context("spawn").Pool(WORKERS, keep, (data,)) as pool:
        pool.map_async(analyze, range(WORKERS), 1)
        ready()
