"""Chapters 06 and 07: 200 MB for four workers, by ΣPSS."""
import multiprocessing as mp
import sys
from multiprocessing import forkserver

import numpy as np

WORKERS = 4
numbers = barrier = None


def use(sent, waiting):
    global numbers, barrier
    numbers, barrier = sent, waiting


def use_preloaded(waiting):
    import preloaded_200
    use(preloaded_200.data, waiting)


def pss(pid="self"):
    with open("/proc/%s/smaps_rollup" % pid) as lines:
        return sum(int(line.split()[1]) for line in lines
                   if line.startswith("Pss:")) * 1024


def hold(i):
    numbers.sum()
    barrier.wait()  # until each worker has read the data
    own = pss()
    barrier.wait()  # until each has measured
    return own


def measure(method, initializer, *initargs):
    context = mp.get_context(method)
    waiting = context.Barrier(WORKERS)
    with context.Pool(WORKERS, initializer, (*initargs, waiting)) as pool:
        workers = pool.map(hold, range(WORKERS), 1)
        server = forkserver._forkserver._forkserver_pid
        return pss(), sum(workers) + pss() + (pss(server) if server else 0)


if __name__ == "__main__":
    if sys.argv[1] == "preload":
        mp.set_forkserver_preload(["preloaded_200"])
        parent, together = measure("forkserver", use_preloaded)
        print("parent: %.0f MB" % (parent / 1e6))
    else:
        parent, together = measure(sys.argv[1], use, np.ones(200000000 // 8))
    print("together: %.0f MB" % (together / 1e6))
