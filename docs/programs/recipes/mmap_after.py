"""Each worker maps the file: its pages are in the kernel's cache, once."""
import multiprocessing

import numpy as np

from look import hold


def analyze(i):
    data = np.load("data.npy", mmap_mode="r")
    hold(data.sum())


if __name__ == "__main__":
    np.save("data.npy", np.ones(4 << 20))  # 32 MiB
    with multiprocessing.Pool(2) as pool:
        pool.map(analyze, range(2), 1)
