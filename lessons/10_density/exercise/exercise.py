"""Exercise 10: the parent has 64 groups of numbers, and each of four workers
adds up one group. It reads a sixty-fourth of the numbers, and copies all of
them. Change this file so that it copies little more than it reads."""
#if SOLUTION
#elif ALTERNATIVE
import array
#else
import numpy as np
#endif
from multiprocessing import get_context

from check_in import DATA, ITEMS, WORKERS, make_data, meet, report

GROUPS = 64


#if MISTAKE_GATHERS_IN_THE_WORKER
def analyze(item):
    mine = list(groups[item])
    total = sum(mine)
    meet()
    return total * (item + 1)
#else
def analyze(item):
    total = 0
    for number in groups[item]:
        total += number
    meet()  # here the worker is measured
    return total * (item + 1)
#endif


#if SOLUTION
def build():  # one group after the other
    return [make_data(DATA // GROUPS, g).tolist() for g in range(GROUPS)]
#elif ALTERNATIVE
def build():
    return [array.array("d", make_data(DATA // GROUPS, g))
            for g in range(GROUPS)]
#else
def build():
    rows = np.stack([make_data(DATA // GROUPS, g) for g in range(GROUPS)], 1)
    built = [[] for _ in range(GROUPS)]
    # TODO: a row has one number of each group. Where does a group's memory lie?
    for row in rows:
        for group, number in zip(built, row.tolist()):
            group.append(number)
#if MISTAKE_SORTS_THE_POINTERS
    for group in built:
        group.sort(key=id)
#endif
    return built
#endif


groups = build()  # before the fork: every worker inherits it
with get_context("fork").Pool(WORKERS) as pool:
    report(pool.map(analyze, ITEMS))
