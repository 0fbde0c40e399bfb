"""The workers are forked, and inherit the data."""
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

from look import hold


def analyze(i):
    hold(sum(data[::4096]))


if __name__ == "__main__":
    data = b"1" * (32 << 20)  # before the executor
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(2, mp_context=fork) as executor:
        for i in range(2):
            executor.submit(analyze, i)
