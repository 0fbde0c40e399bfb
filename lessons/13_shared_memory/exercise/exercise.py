"""Exercise 13: four spawned workers are each sent a large array. Change this
file so that the array is there once. The workers are to stay spawned."""
#if ALTERNATIVE || MISTAKE_EACH_BUILDS
import mmap
#endif
#if ALTERNATIVE
import os
#endif
from multiprocessing import get_context
#if SOLUTION || MISTAKE_KEEPS_BOTH || MISTAKE_COPIES
from multiprocessing.shared_memory import SharedMemory
#endif

#if SOLUTION || ALTERNATIVE || MISTAKE_KEEPS_BOTH || MISTAKE_COPIES || MISTAKE_EACH_BUILDS
import numpy as np

#endif
from check_in import ITEMS, WORKERS, make_data, report, work


#if SOLUTION || MISTAKE_KEEPS_BOTH || MISTAKE_COPIES
def remember(sent):
    global data, segment
    segment = sent  # it was pickled as its name; data is good as long as it is
#if MISTAKE_COPIES
    data = np.frombuffer(segment.buf).copy()
#else
    data = np.frombuffer(segment.buf)
#endif


def build(numbers):
    built = SharedMemory(create=True, size=numbers.nbytes)
    np.frombuffer(built.buf)[:] = numbers
    return built


def analyze(item):
    return work(data, item)


if __name__ == "__main__":
#if MISTAKE_KEEPS_BOTH
    numbers = make_data()
    shared = build(numbers)
#else
    shared = build(make_data())
#endif
    try:
        with get_context("spawn").Pool(WORKERS, remember, (shared,)) as pool:
            report(pool.map(analyze, ITEMS))
    finally:
        shared.close()
        shared.unlink()
#elif ALTERNATIVE
def remember(path):
    global data
    with open(path, "r+b") as file:
        data = np.frombuffer(mmap.mmap(file.fileno(), 0))


def build(numbers):
    fd = os.memfd_create("exercise")
    os.truncate(fd, numbers.nbytes)
    np.frombuffer(mmap.mmap(fd, 0))[:] = numbers
    return "/proc/%d/fd/%d" % (os.getpid(), fd)


def analyze(item):
    return work(data, item)


if __name__ == "__main__":
    path = build(make_data())
    remember(path)
    with get_context("spawn").Pool(WORKERS, remember, (path,)) as pool:
        report(pool.map(analyze, ITEMS))
#elif MISTAKE_EACH_BUILDS
def remember():
    global data
    numbers = make_data()
    data = np.frombuffer(mmap.mmap(-1, numbers.nbytes))  # a segment of its own
    data[:] = numbers


def analyze(item):
    return work(data, item)


if __name__ == "__main__":
    with get_context("spawn").Pool(WORKERS, remember) as pool:
        report(pool.map(analyze, ITEMS))
#else
def remember(sent):
    global data
    data = sent


def analyze(item):
    return work(data, item)


if __name__ == "__main__":
    # TODO: where can the numbers lie, so that a spawned worker can map them?
    # What does it have to be sent then?
    with get_context("spawn").Pool(WORKERS, remember, (make_data(),)) as pool:
        report(pool.map(analyze, ITEMS))
#endif
