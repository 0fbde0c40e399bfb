"""A column is one array with one count, however many rows there are."""
import multiprocessing

import numpy as np

from look import hold

rows = [{"id": i, "price": i / 4} for i in range(240_000)]
columns = {key: np.array([row[key] for row in rows]) for key in rows[0]}
del rows


def analyze(i):
    hold(columns["price"].sum())


if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(2) as pool:
        pool.map(analyze, range(2), 1)
