"""07 start_methods in CPython: fork, spawn, and a fork server that preloads."""
import os
from multiprocessing import forkserver, get_context

import numpy as np

from cowtwin import (DATA, ITEMS, NOTHING, OVER_NOTHING, WORKERS, observe,
                     wait_to_be_measured)

numbers = None


def use(sent):
    global numbers
    numbers = sent


def analyze(i):
    mean = numbers.mean()
    wait_to_be_measured()
    return mean * i**2


def analyze_preloaded(i):
    import twin_preload  # the server has done so: this finds it there
    use(twin_preload.numbers)
    return analyze(i)


def fork(moment, size):
    use(np.ones(size // 8))  # inherited
    with get_context("fork").Pool(WORKERS) as pool:
        observe(moment, pool, analyze, range(ITEMS))


def spawn(moment, size):
    use(np.ones(size // 8))
    with get_context("spawn").Pool(WORKERS, use, (numbers,)) as pool:  # sent
        observe(moment, pool, analyze, range(ITEMS))


def fork_server(moment, size):
    use(None)
    os.environ["PRELOAD_BYTES"] = str(size)
    forkserver._forkserver._stop()  # the next one loads that much
    context = get_context("forkserver")
    context.set_forkserver_preload(["twin_preload"])
    with context.Pool(WORKERS) as pool:
        observe(moment, pool, analyze_preloaded, range(ITEMS))


if __name__ == "__main__":
    os.environ["PYTHONPATH"] += os.pathsep + os.path.dirname(__file__)
    for method, share in (("fork", fork), ("spawn", spawn),
                          ("forkserver", fork_server)):
        share(OVER_NOTHING, NOTHING)
        share(method, DATA)
