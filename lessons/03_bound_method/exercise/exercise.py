"""Exercise 03: a handler has a large array, and its method is the task. The
method takes its handler along with every batch. Change this file so that a
batch names its task in a few bytes."""
#if MISTAKE_CALLABLE
from functools import partial
#endif
from multiprocessing import get_context

from check_in import WORKERS, make_data, report, work

CHUNK_SIZE = 3  # items a batch
ITEMS = range(CHUNK_SIZE * WORKERS)


class Handler:
    def __init__(self):
        self.numbers = make_data()

#if ALTERNATIVE
    def __reduce__(self):
        return "handler"  # pickled as a name, which the worker looks up

#endif
    def handle(self, item):
        return work(self.numbers, item)


#if SOLUTION
def handle(item):
    return handler.handle(item)  # the global that the worker inherited


handler = Handler()
with get_context("fork").Pool(WORKERS) as pool:
    report(pool.map(handle, ITEMS, CHUNK_SIZE))
#elif ALTERNATIVE
handler = Handler()
with get_context("fork").Pool(WORKERS) as pool:
    report(pool.map(handler.handle, ITEMS, CHUNK_SIZE))
#elif MISTAKE_COPIES
def handle(item):
    return work(handler.numbers.copy(), item)


handler = Handler()
with get_context("fork").Pool(WORKERS) as pool:
    report(pool.map(handle, ITEMS, CHUNK_SIZE))
#elif MISTAKE_CALLABLE
handler = Handler()
with get_context("fork").Pool(WORKERS) as pool:
    report(pool.map(partial(Handler.handle, handler), ITEMS, CHUNK_SIZE))
#elif MISTAKE_LATE
def handle(item):
    return handler.handle(item)


with get_context("fork").Pool(WORKERS) as pool:
    handler = Handler()
    report(pool.map(handle, ITEMS, CHUNK_SIZE))
#elif MISTAKE_REBUILDS
def handle(item):
    return Handler().handle(item)


with get_context("fork").Pool(WORKERS) as pool:
    report(pool.map(handle, ITEMS, CHUNK_SIZE))
#else
handler = Handler()
with get_context("fork").Pool(WORKERS) as pool:
    # TODO: what does this task lead to? Let it lead to less.
    report(pool.map(handler.handle, ITEMS, CHUNK_SIZE))
#endif
