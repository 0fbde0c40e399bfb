"""Exercise 09: four workers add up numbers that they inherited. They write
nothing, and yet each of them copies all numbers. Change this file so that
reading copies nothing."""
#if ALTERNATIVE || MISTAKE_FLAT_IN_THE_WORKER
import array
#elif MISTAKE_FREEZES
import gc
#endif
from multiprocessing import get_context

#if SOLUTION
from check_in import ITEMS, WORKERS, make_data, report, work
#else
from check_in import ITEMS, WORKERS, make_data, meet, report
#endif


#if SOLUTION
def build():
    return make_data()  # one array is one object, with one count


def analyze(item):
    return work(numbers, item)
#elif ALTERNATIVE
def build():
    return array.array("d", make_data())


def analyze(item):
    total = 0
    for number in numbers:  # each number is made when it is read, then freed
        total += number
    meet()
    return total * (item + 1)
#else
#if MISTAKE_TAKES_A_TUPLE
def build():
    return tuple(make_data().tolist())
#else
def build():
    return make_data().tolist()  # a list of floats
#endif


#if MISTAKE_FLAT_IN_THE_WORKER
def analyze(item):
    flat = array.array("d", numbers)
    total = sum(flat)
    meet()
    return total * (item + 1)
#elif MISTAKE_USES_SUM
def analyze(item):
    total = sum(numbers)  # no loop in Python, but the same references
    meet()
    return total * (item + 1)
#else
def analyze(item):
    total = 0
    # TODO: this only reads. What does it write?
    for number in numbers:
        total += number
    meet()  # here the worker is measured
    return total * (item + 1)
#endif
#endif


#if MISTAKE_FREEZES
gc.freeze()
#endif
numbers = build()  # before the fork: every worker inherits it
with get_context("fork").Pool(WORKERS) as pool:
    report(pool.map(analyze, ITEMS))
