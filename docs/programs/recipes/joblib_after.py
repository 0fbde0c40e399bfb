"""The data is an array: joblib writes it to a file that all workers map."""
import numpy as np
from joblib import Parallel, delayed

from look import hold


def analyze(data, i):
    hold(data.sum())


if __name__ == "__main__":
    data = np.array([i / 4 for i in range(1 << 20)])  # 8 MiB
    Parallel(n_jobs=2)(delayed(analyze)(data, i) for i in range(2))
