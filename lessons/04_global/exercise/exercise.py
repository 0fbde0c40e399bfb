"""Exercise 04: four workers read one large array. Each of them gets a copy of
it. Change this file so that the array is there once."""
from multiprocessing import get_context

from check_in import ITEMS, WORKERS, make_data, report, work

#if SOLUTION

def analyze(item):
    return work(data, item)  # the global that the worker inherited


data = make_data()
with get_context("fork").Pool(WORKERS) as pool:
    report(pool.map(analyze, ITEMS))
#elif ALTERNATIVE

def remember(inherited):
    global data
    data = inherited


def analyze(item):
    return work(data, item)


with get_context("fork").Pool(WORKERS, remember, (make_data(),)) as pool:
    report(pool.map(analyze, ITEMS))
#elif MISTAKE_POOL_FIRST

def analyze(item):
    return work(data, item)


with get_context("fork").Pool(WORKERS) as pool:
    data = make_data()
    report(pool.map(analyze, ITEMS))
#elif MISTAKE_WRITES

def analyze(item):
    global data
    data *= 1  # changes no value, and writes all of them
    return work(data, item)


data = make_data()
with get_context("fork").Pool(WORKERS) as pool:
    report(pool.map(analyze, ITEMS))
#elif MISTAKE_REBUILDS

def analyze(item):
    return work(make_data(), item)


with get_context("fork").Pool(WORKERS) as pool:
    report(pool.map(analyze, ITEMS))
#else

# TODO: what must an item carry, and what can a worker find by itself?
def analyze(item):
    data, number = item
    return work(data, number)


data = make_data()
items = [(data, number) for number in ITEMS]
with get_context("fork").Pool(WORKERS) as pool:
    report(pool.map(analyze, items))
#endif
