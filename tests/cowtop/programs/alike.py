"""The parent and its workers each make an array of the same size after the
fork, so that it lies at the same addresses in all of them."""
from parked import BYTES, WORKERS, arrive, ready

import os

import numpy as np

for _ in range(WORKERS):
    if os.fork() == 0:
        data = np.ones(BYTES // 8)
        text = b"1" * BYTES
        arrive()
data = np.ones(BYTES // 8)
text = b"1" * BYTES
ready()
