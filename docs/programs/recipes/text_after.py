"""A category keeps a number for each row, and each text once."""
import multiprocessing

import pandas as pd

from look import hold

frame = pd.DataFrame({"city": [f"city {i % 999:03}" for i in range(500_000)]})
frame["city"] = frame["city"].astype("category")


def analyze(city):
    hold((frame["city"] == city).sum())


if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(2) as pool:
        pool.map(analyze, ["city 007", "city 008"], 1)
