"""Exercise 08: four workers add up groups of numbers that they inherited, and
each writes its sums beside the numbers. Change this file so that the workers
copy a few pages instead of all."""
from multiprocessing import get_context

import numpy as np

from check_in import ITEMS, WORKERS, make_data, meet, report

COUNT = 511  # numbers in a group; then a place for the result, 8 bytes


def build():
    numbers = make_data()
    groups = np.zeros((-(-len(numbers) // COUNT), COUNT + 1))
    full = len(numbers) // COUNT
    groups[:full, :COUNT] = numbers[:full * COUNT].reshape(full, COUNT)
    rest = numbers[full * COUNT:]
    groups[full:, :len(rest)] = rest
    return groups


#if SOLUTION
def analyze(item):
    sums = np.empty(len(groups))  # the worker's own: D/512
    for i, group in enumerate(groups):
        sums[i] = group[:COUNT].sum()
    meet()  # here the worker is measured
    return sums.sum() * (item + 1)
#elif ALTERNATIVE
def analyze(item):
    sums = groups[:, :COUNT].sum(axis=1)  # a view is no copy, sums are new
    meet()
    return sums.sum() * (item + 1)
#elif MISTAKE_CLEARS
def analyze(item):
    groups[:, COUNT] = 0  # it was 0 before
    sums = groups[:, :COUNT].sum(axis=1)
    meet()
    return sums.sum() * (item + 1)
#elif MISTAKE_LATER
def analyze(item):
    meet()
    for group in groups:
        group[COUNT] = group[:COUNT].sum()
    return groups[:, COUNT].sum() * (item + 1)
#elif MISTAKE_COPIES
def analyze(item):
    mine = groups.copy()
    for group in mine:
        group[COUNT] = group[:COUNT].sum()
    meet()
    return mine[:, COUNT].sum() * (item + 1)
#elif MISTAKE_COPIES_EACH
def analyze(item):
    numbers = groups[:, :COUNT].reshape(-1)  # of a part of each row: a copy
    sums = np.add.reduceat(numbers, range(0, len(numbers), COUNT))
    meet()
    return sums.sum() * (item + 1)
#else
def analyze(item):
    # TODO: which pages does this write to?
    for group in groups:
        group[COUNT] = group[:COUNT].sum()
    meet()  # here the worker is measured
    return groups[:, COUNT].sum() * (item + 1)
#endif


groups = build()  # before the fork: every worker inherits it
with get_context("fork").Pool(WORKERS) as pool:
    report(pool.map(analyze, ITEMS))
