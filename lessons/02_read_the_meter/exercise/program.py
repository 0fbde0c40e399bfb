"""What the claims of exercise 02 are tried on: a pool over D bytes of data, by
the variable COWPOOL_SUBJECT in the right way or in one of five others."""
import os
from multiprocessing import get_context

import numpy as np

from check_in import DATA, ITEMS, WORKERS, make_data, meet, report, work

SUBJECT = os.environ.get("COWPOOL_SUBJECT", "")


def read(item):
    return work(data, item)


def read_copy(item):
    return work(*item)


def read_nothing(item):
    meet()
    return 0


def one_writes(item):  # one worker writes to all that it has inherited
    if item == 0:
        data[:] += 0
    return read(item)


def one_builds(item):  # one worker builds the data, the others have none
    return work(make_data(), item) if item == 0 else read_nothing(item)


task, items = read, ITEMS
if SUBJECT == "SUBJECT_UNTOUCHED":
    data = np.empty(DATA // 8)  # reserved: nothing is written
    task = read_nothing
elif SUBJECT == "SUBJECT_ALONE":
    task = one_builds
else:
    data = make_data()
    if SUBJECT == "SUBJECT_ONE_WORKER":
        task = one_writes
    elif SUBJECT == "SUBJECT_TWO":
        second = data.copy()
    elif SUBJECT == "SUBJECT_PASSED":
        task, items = read_copy, [(data, item) for item in ITEMS]
with get_context("fork").Pool(WORKERS) as pool:
    report(pool.map(task, items))
