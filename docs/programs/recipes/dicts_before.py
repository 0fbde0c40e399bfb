"""The workers inherit a list of dicts. To read a dict writes its count."""
import multiprocessing

from look import hold

rows = [{"id": i, "price": i / 4} for i in range(240_000)]


def analyze(i):
    hold(sum(row["price"] for row in rows))


if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(2) as pool:
        pool.map(analyze, range(2), 1)
