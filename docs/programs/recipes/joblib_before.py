"""The data is a list: joblib pickles it for each task."""
from joblib import Parallel, delayed

from look import hold


def analyze(data, i):
    hold(sum(data))


if __name__ == "__main__":
    data = [i / 4 for i in range(1 << 20)]  # 32 MiB
    Parallel(n_jobs=2)(delayed(analyze)(data, i) for i in range(2))
