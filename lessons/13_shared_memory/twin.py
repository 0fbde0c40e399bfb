"""13 shared_memory in CPython: an array in memory that spawned workers map."""
import mmap
import os
import pickle
import tempfile
from multiprocessing import get_context
from multiprocessing.shared_memory import SharedMemory

import numpy as np

from cowtwin import (DATA, ITEMS, NOTHING, OVER_NOTHING, WORKERS, observe,
                     wait_to_be_measured)


def map_file(path):
    with open(path, "r+b") as file:
        return mmap.mmap(file.fileno(), 0)


def use(header, where):
    global numbers, segment
    segment = where  # a SharedMemory is pickled as its name, and maps itself
    memory = map_file(where) if isinstance(where, str) else where.buf
    numbers = pickle.loads(header, buffers=[memory])


def analyze(i):
    mean = numbers.mean()
    wait_to_be_measured()
    return mean * i**2


def write_in_place(i):
    numbers[i::ITEMS] = i**2  # returns nothing


def share(moment, memory, where):
    array = np.frombuffer(memory)
    array[:] = 1
    buffers = []  # pickle 5 puts the numbers here, and not into the header
    header = pickle.dumps(array, protocol=5, buffer_callback=buffers.append)
    with get_context("spawn").Pool(WORKERS, use, (header, where)) as pool:
        observe(moment, pool, analyze, range(ITEMS))
        pool.map(write_in_place, range(ITEMS))
    assert all((array[i::ITEMS] == i**2).all() for i in range(ITEMS))


def share_memfd(moment, size):
    fd = os.memfd_create("cow")
    os.truncate(fd, size)
    path = "/proc/%d/fd/%d" % (os.getpid(), fd)
    share(moment, map_file(path), path)
    os.close(fd)


def share_posix_shm(moment, size):
    segment = SharedMemory(create=True, size=size)
    share(moment, segment.buf, segment)
    segment.close()
    segment.unlink()


def share_file(moment, size):
    with tempfile.NamedTemporaryFile() as file:
        file.truncate(size)
        share(moment, map_file(file.name), file.name)


if __name__ == "__main__":
    for kind, experiment in (("memfd", share_memfd),
                             ("POSIX shm", share_posix_shm),
                             ("file", share_file)):
        experiment(OVER_NOTHING, NOTHING)
        experiment(kind, DATA)
