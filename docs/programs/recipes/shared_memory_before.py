"""Spawned workers inherit nothing: the initializer's arguments are sent."""
import multiprocessing

from look import hold


def keep(sent):
    global data
    data = sent


def analyze(i):
    hold(sum(data[::4096]))


if __name__ == "__main__":
    data = b"1" * (32 << 20)  # 32 MiB
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(2, initializer=keep, initargs=(data,)) as pool:
        pool.map(analyze, range(2), 1)
