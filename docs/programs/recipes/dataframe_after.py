"""The frame is a global from before the pool; only a column's name is sent."""
import multiprocessing

import numpy as np
import pandas as pd

from look import hold


def analyze(column):
    hold(frame[column].sum())


if __name__ == "__main__":
    frame = pd.DataFrame(np.ones((1 << 20, 4)), columns=list("abcd"))  # 32 MiB
    with multiprocessing.get_context("fork").Pool(2) as pool:
        pool.map(analyze, "ab", 1)
