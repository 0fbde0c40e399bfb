"""partial() holds the frame, so each message carries it."""
import functools
import multiprocessing

import numpy as np
import pandas as pd

from look import hold


def analyze(frame, column):
    hold(frame[column].sum())


if __name__ == "__main__":
    frame = pd.DataFrame(np.ones((1 << 20, 4)), columns=list("abcd"))  # 32 MiB
    with multiprocessing.get_context("fork").Pool(2) as pool:
        pool.map(functools.partial(analyze, frame), "ab", 1)
