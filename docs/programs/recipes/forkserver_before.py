"""Free under fork. Under a fork server, initargs are sent to each worker."""
import multiprocessing

from look import hold


def keep(sent):
    global data
    data = sent


def analyze(i):
    hold(sum(data[::4096]))


if __name__ == "__main__":
    data = b"1" * (32 << 20)  # 32 MiB
    context = multiprocessing.get_context("forkserver")  # default in 3.14
    with context.Pool(2, initializer=keep, initargs=(data,)) as pool:
        pool.map(analyze, range(2), 1)
