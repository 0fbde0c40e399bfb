"""What is sent is the name of memory that all of them map."""
import multiprocessing
from multiprocessing.shared_memory import SharedMemory

from look import hold


def attach(name):
    global shared
    shared = SharedMemory(name)


def analyze(i):
    hold(sum(shared.buf[::4096]))


if __name__ == "__main__":
    shared = SharedMemory(create=True, size=32 << 20)
    shared.buf[:] = b"1" * (32 << 20)
    spawn = multiprocessing.get_context("spawn")
    try:
        with spawn.Pool(2, initializer=attach, initargs=(shared.name,)) as pool:
            pool.map(analyze, range(2), 1)
    finally:
        shared.unlink()
