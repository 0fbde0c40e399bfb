"""Exercise 11: four workers inherit rows and touch none. But a library collects
garbage in each of them, and that copies all rows. Change this file so that the
rows stay shared."""
import gc
from multiprocessing import get_context

from check_in import ITEMS, WORKERS, make_data, meet, report

#if MISTAKE_TAKES_TUPLES
rows = [tuple(row) for row in make_data().reshape(-1, 8).tolist()]
#else
rows = make_data().reshape(-1, 8).tolist()  # lists of 8 floats
#endif


def a_library():
    """It is not yours: you cannot change what it does."""
    gc.collect()


def analyze(item):
#if MISTAKE_UNFREEZES
    gc.unfreeze()
#endif
    a_library()
    meet()  # here the worker is measured
    return len(rows) * (item + 1)


#if SOLUTION || MISTAKE_UNFREEZES
gc.freeze()  # before the fork: no collection marks what there is now
with get_context("fork").Pool(WORKERS) as pool:
#elif ALTERNATIVE
with get_context("fork").Pool(WORKERS, gc.freeze) as pool:
#elif MISTAKE_DISABLES
gc.disable()
with get_context("fork").Pool(WORKERS) as pool:
#else
#if MISTAKE_TAKES_TUPLES
#else
# TODO: nobody touches a row. Who writes to all of them?
#endif
with get_context("fork").Pool(WORKERS) as pool:
#endif
    report(pool.map(analyze, ITEMS))
