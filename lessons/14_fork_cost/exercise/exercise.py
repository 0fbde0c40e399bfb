"""Exercise 14: the parent has a table of counters. Four workers save it, as it
was at the fork, and the parent goes on counting. Change this file so that it
does not copy the table by that."""
from collections import Counter
from multiprocessing import get_context

from check_in import ITEMS, WORKERS, make_data, report, work


def save(item):
    return work(counters, item)


def requested(k):
    """Which counter request k is for. They are all over the table: one a page."""
    return k * 512 + k * 7 % 512


#if SOLUTION || MISTAKE_EARLY || MISTAKE_FORGETS
changed = {}  # since the fork


def count(i):
    """Adds 1 to counter i, and returns what it is then."""
    changed[i] = changed.get(i, counters[i]) + 1
    return changed[i]


def finish():
    for i, value in changed.items():
        counters[i] = value
#elif ALTERNATIVE
added = Counter()  # since the fork


def count(i):
    added[i] += 1
    return counters[i] + added[i]


def finish():
    for i, number in added.items():
        counters[i] += number
#elif MISTAKE_COPIES
copy = None


def count(i):
    global copy
    if copy is None:
        copy = counters.copy()
    copy[i] += 1
    return copy[i]


def finish():
    global counters
    counters = copy
#else
def count(i):
    """Adds 1 to counter i, and returns what it is then."""
    # TODO: what does this write to while the workers save?
    counters[i] += 1
    return counters[i]


def finish():
    """Is called when the table has been saved."""
#endif


def serve():
    """Two requests for a counter of each page. Returns how many of the second
    have got 1 more than the first: all of them, if the parent answers rightly.
    """
    right = 0
    for k in range(len(counters) // 512):
        first = count(requested(k))
        right += bool(count(requested(k)) == first + 1)
    return right


counters = make_data()  # the table; workers inherit it
#if MISTAKE_BEFORE
right = serve()
#endif
with get_context("fork").Pool(WORKERS) as pool:  # the fork
#if MISTAKE_BEFORE
    results = pool.map(save, ITEMS)
finish()
#elif MISTAKE_EARLY
    right = serve()
    finish()
    results = pool.map(save, ITEMS)
#elif MISTAKE_FORGETS
    right = serve()
    results = pool.map(save, ITEMS)
#else
    right = serve()
    results = pool.map(save, ITEMS)
finish()
#endif

total = right + counters.sum()  # of the counters as they are now
report([result + total for result in results])
