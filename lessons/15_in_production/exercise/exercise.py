"""Exercise 15: a worker answers sixteen requests, each of which reads a
sixteenth of the numbers. In the end it has copied all of them. Change this file
so that it never has more than a quarter for itself."""
#if ALTERNATIVE
from array import array
#endif
from multiprocessing import get_context

from check_in import WORKERS, make_data, meet, report

REQUESTS = 16


def answer(request):
    """Adds up the sixteenth that `request` asks for."""
    part = -(-len(numbers) // REQUESTS)
    total = 0
    for k in range(part * request, min(part * (request + 1), len(numbers))):
        total += numbers[k]
    if request == REQUESTS - 1:
        meet()  # here it is measured
    return total


#if ALTERNATIVE
numbers = array("d", make_data())
#else
numbers = make_data().tolist()  # before the fork: the worker inherits it
#endif
#if SOLUTION
with get_context("fork").Pool(WORKERS, maxtasksperchild=1) as pool:
    sums = pool.map(answer, range(REQUESTS))
#elif MISTAKE_COUNTS_REQUESTS
with get_context("fork").Pool(WORKERS, maxtasksperchild=4) as pool:
    sums = pool.map(answer, range(REQUESTS))
#elif MISTAKE_ONE_BATCH
with get_context("fork").Pool(WORKERS, maxtasksperchild=1) as pool:
    sums = pool.map(answer, range(REQUESTS), REQUESTS)
#elif MISTAKE_HALFWAY
with get_context("fork").Pool(WORKERS, maxtasksperchild=2) as pool:
    sums = pool.map(answer, range(REQUESTS))
#else
# TODO: how long should a worker live?
with get_context("fork").Pool(WORKERS) as pool:
    sums = pool.map(answer, range(REQUESTS))
#endif
report([sum(sums)])
