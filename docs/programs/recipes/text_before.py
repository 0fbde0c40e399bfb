"""Each text of the column is an object with a count, which reading changes."""
import multiprocessing

import pandas as pd

from look import hold

# As they come from a database: an object for each row, though they repeat.
frame = pd.DataFrame({"city": [f"city {i % 999:03}" for i in range(500_000)]})


def analyze(city):
    hold((frame["city"] == city).sum())


if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(2) as pool:
        pool.map(analyze, ["city 007", "city 008"], 1)
