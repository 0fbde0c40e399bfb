"""Workers forked from a fork server. With "preload" it has the data before it
forks; without, each worker is sent a copy.

    fork_server.py BYTES WORKERS [preload]
"""
from parked import BYTES, WORKERS, arrive, ready

import os
import sys
from multiprocessing import get_context


def keep(sent):
    global data
    data = sent


def analyze(i):
    arrive()


if __name__ == "__main__":
    context = get_context("forkserver")
    if sys.argv[3:] == ["preload"]:
        os.environ["PRELOADED_BYTES"] = str(BYTES)
        os.environ["PYTHONPATH"] = os.path.dirname(os.path.abspath(__file__))
        context.set_forkserver_preload(["preloaded"])
        arguments = (keep, (None,))
    else:
        arguments = (keep, (b"1" * BYTES,))
    with context.Pool(WORKERS, *arguments) as pool:
        pool.map_async(analyze, range(WORKERS), 1)
        ready()
