"""Exercise 05: two large tables, and items that say which one they are about.
Each item brings its table along. Change this file so that it brings a key."""
from multiprocessing import get_context

from check_in import DATA, ITEMS, WORKERS, make_data, report, work


def key_of(item):
    return "north" if item % 2 == 0 else "south"


def make_table(key):
    """Half of the data; "south" has other values than "north"."""
    return make_data(DATA // 2, 0 if key == "north" else 1)


#if SOLUTION
def analyze(item):
    key, i = item
    return work(registry[key], i)  # of the registry that the worker inherited


registry = {key: make_table(key) for key in ("north", "south")}
items = [(key_of(i), i) for i in ITEMS]
with get_context("fork").Pool(WORKERS) as pool:
    report(pool.map(analyze, items))
#elif ALTERNATIVE
def analyze(i):
    return work(registry[key_of(i)], i)  # the item says which key it means


registry = {key: make_table(key) for key in ("north", "south")}
with get_context("fork").Pool(WORKERS) as pool:
    report(pool.map(analyze, ITEMS))
#elif MISTAKE_COPIES
def analyze(item):
    key, i = item
    return work(registry[key].copy(), i)


registry = {key: make_table(key) for key in ("north", "south")}
items = [(key_of(i), i) for i in ITEMS]
with get_context("fork").Pool(WORKERS) as pool:
    report(pool.map(analyze, items))
#elif MISTAKE_LATE
def analyze(item):
    key, i = item
    return work(registry[key], i)


registry = {}
items = [(key_of(i), i) for i in ITEMS]
with get_context("fork").Pool(WORKERS) as pool:
    for key in ("north", "south"):
        registry[key] = make_table(key)
    report(pool.map(analyze, items))
#elif MISTAKE_CACHE
registry = {}


def analyze(item):
    key, i = item
    if key not in registry:
        registry[key] = make_table(key)
    return work(registry[key], i)


items = [(key_of(i), i) for i in ITEMS]
with get_context("fork").Pool(WORKERS) as pool:
    report(pool.map(analyze, items))
#else
def analyze(item):
    table, i = item
    return work(table, i)


registry = {key: make_table(key) for key in ("north", "south")}
# TODO: who has to know the registry, so that an item need not bring its table?
items = [(registry[key_of(i)], i) for i in ITEMS]
with get_context("fork").Pool(WORKERS) as pool:
    report(pool.map(analyze, items))
#endif
