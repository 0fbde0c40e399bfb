"""Exercise 07: four workers are begun anew, and each of them is sent the data.
Change this file so that the data are there once."""
#if ALTERNATIVE || MISTAKE_NO_PRELOAD || MISTAKE_PARENT_AS_WELL
import os
import sys
from multiprocessing import get_context, set_forkserver_preload
#else
from multiprocessing import get_context
#endif

from check_in import ITEMS, WORKERS, make_data, report, work


#if SOLUTION
def remember(inherited):
    global data
    data = inherited


def analyze(item):
    return work(data, item)


if __name__ == "__main__":
    # Under fork an initializer's argument is not sent: the worker inherits it.
    with get_context("fork").Pool(WORKERS, remember, (make_data(),)) as pool:
        report(pool.map(analyze, ITEMS))
#elif ALTERNATIVE || MISTAKE_PARENT_AS_WELL
#if ALTERNATIVE
if __name__ == "exercise":  # imported by that name: in the fork server
#else
if __name__ in ("exercise", "__main__"):
#endif
    data = make_data()


def analyze(item):
    import exercise  # the server has done so: it is there
    return work(exercise.data, item)


if __name__ == "__main__":
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)  # for the server
    set_forkserver_preload(["exercise"])
    with get_context("forkserver").Pool(WORKERS) as pool:
        report(pool.map(analyze, ITEMS))
#elif MISTAKE_NO_PRELOAD
def remember(sent):
    global data
    data = sent


def analyze(item):
    return work(data, item)


if __name__ == "__main__":
    with get_context("forkserver").Pool(WORKERS, remember,
                                        (make_data(),)) as pool:
        report(pool.map(analyze, ITEMS))
#elif MISTAKE_EACH_BUILDS
def remember():
    global data
    data = make_data()


def analyze(item):
    return work(data, item)


if __name__ == "__main__":
    with get_context("spawn").Pool(WORKERS, remember) as pool:
        report(pool.map(analyze, ITEMS))
#elif MISTAKE_POOL_FIRST
def analyze(item):
    return work(data, item)


if __name__ == "__main__":
    with get_context("fork").Pool(WORKERS) as pool:
        data = make_data()
        report(pool.map(analyze, ITEMS))
#else
def remember(sent):
    global data
    data = sent


def analyze(item):
    return work(data, item)


if __name__ == "__main__":
    # TODO: how does a worker come into being, and what does it have then?
    with get_context("spawn").Pool(WORKERS, remember, (make_data(),)) as pool:
        report(pool.map(analyze, ITEMS))
#endif
