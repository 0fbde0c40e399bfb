"""Each worker reads the file into memory of its own."""
import multiprocessing

import numpy as np

from look import hold


def analyze(i):
    data = np.load("data.npy")
    hold(data.sum())


if __name__ == "__main__":
    np.save("data.npy", np.ones(4 << 20))  # 32 MiB
    with multiprocessing.Pool(2) as pool:
        pool.map(analyze, range(2), 1)
