"""The data lies in shared memory, which each worker maps.

    shared_memory.py BYTES WORKERS fork|spawn
"""
from parked import BYTES, WORKERS, arrive, ready

import sys
from multiprocessing import get_context
from multiprocessing.shared_memory import SharedMemory


def analyze(name):
    memory = SharedMemory(name)
    sum(memory.buf[::4096])
    arrive()


if __name__ == "__main__":
    memory = SharedMemory(create=True, size=BYTES)
    try:
        memory.buf[:] = b"1" * BYTES
        with get_context(sys.argv[3]).Pool(WORKERS) as pool:
            pool.map_async(analyze, [memory.name] * WORKERS, 1)
            ready()
    finally:
        memory.close()
        memory.unlink()
