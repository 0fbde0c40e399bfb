"""Exercise 12: four workers read records that they inherited, and count how
often each record was read. So each of them copies all records. Change this file
so that a worker owns little more than the counts."""
from multiprocessing import get_context

import numpy as np

from check_in import ITEMS, WORKERS, make_data, meet, report

#if SOLUTION || ALTERNATIVE
RECORD = np.dtype([("numbers", float, 8)])
#elif MISTAKE_A_WORD_FOR_WORKERS
RECORD = np.dtype([("numbers", float, 8), ("reads", int),  # of the parent
                   ("reads_of_workers", int)])  # of all others
#elif MISTAKE_A_CACHE_LINE
RECORD = np.dtype([("numbers", float, 8), ("reads", int), ("unused", int, 7)])
#else
RECORD = np.dtype([("numbers", float, 8), ("reads", int)])
#endif


def build():
    data = make_data()
    built = np.zeros(len(data) // 8, RECORD)
    built["numbers"] = data.reshape(-1, 8)
    return built


def finish(total, reads, item):
    """The result is right if each record was counted once."""
    meet()  # here the worker is measured
    return float(total) * (item + 1) * int(reads) / len(records)


#if SOLUTION
def analyze(item):
    total = records["numbers"].sum()
    reads[:] += 1
    return finish(total, reads.sum(), item)
#elif ALTERNATIVE
def analyze(item):
    own_reads = np.zeros(len(records), np.uint8)  # a byte is enough here
    total = records["numbers"].sum()
    own_reads += 1
    return finish(total, own_reads.sum(), item)
#elif MISTAKE_A_WORD_FOR_WORKERS
def analyze(item):
    total = records["numbers"].sum()
    records["reads_of_workers"] += 1
    return finish(total, records["reads_of_workers"].sum(), item)
#elif MISTAKE_EVERY_EIGHTH
def analyze(item):
    total = records["numbers"].sum()
    records["reads"][::8] += 8  # fewer writes
    return finish(total, records["reads"].sum(), item)
#elif MISTAKE_COPIES_THE_RECORDS
def analyze(item):
    mine = records.copy()
    total = mine["numbers"].sum()
    mine["reads"] += 1
    return finish(total, mine["reads"].sum(), item)
#else
def analyze(item):
    total = records["numbers"].sum()
    records["reads"] += 1  # TODO: what does this write besides the counts?
    return finish(total, records["reads"].sum(), item)
#endif


records = build()  # before the fork: every worker inherits it
#if SOLUTION
reads = np.zeros(len(records), int)  # one for each record, side by side
#endif
with get_context("fork").Pool(WORKERS) as pool:
    report(pool.map(analyze, ITEMS))
