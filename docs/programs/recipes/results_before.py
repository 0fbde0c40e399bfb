"""What a worker returns is pickled, sent, and built again by the parent."""
import multiprocessing

import numpy as np

from look import hold

fork = multiprocessing.get_context("fork")
both = fork.Barrier(2)


def analyze(i):
    both.wait()  # so that each worker has one
    return np.full(4 << 20, i + 1.0)  # 32 MiB


if __name__ == "__main__":
    with fork.Pool(2) as pool:
        results = pool.map(analyze, range(2), 1)
        pool.map(hold, [result.sum() for result in results], 1)
