"""Spawned workers map the same shared memory: they get its name."""
import multiprocessing
import os
import time
from multiprocessing.shared_memory import SharedMemory


def attach(name):
    global memory
    memory = SharedMemory(name)


def analyze(i):
    sum(memory.buf[::4096])
    print(os.getpid(), "has its data", flush=True)
    time.sleep(60)  # time to look


if __name__ == "__main__":
    data = SharedMemory(create=True, size=64 << 20)
    data.buf[:] = b"1" * (64 << 20)
    try:
        with multiprocessing.get_context("spawn").Pool(
                4, attach, (data.name,)) as pool:
            pool.map(analyze, range(4), 1)
    finally:
        data.unlink()
