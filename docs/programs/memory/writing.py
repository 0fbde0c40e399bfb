"""Two workers, one after the other: the first reads a list of floats that it
has inherited, the second runs the garbage collector. Which function writes?
cowtop --writers -- python3 writing.py"""
import gc
import multiprocessing

data = [float(i) for i in range(1_000_000)]
lists = [[None] for i in range(500_000)]


def read():
    sum(data)


def collect():
    gc.collect()


if __name__ == "__main__":
    fork = multiprocessing.get_context("fork")
    for work in read, collect:
        worker = fork.Process(target=work)
        worker.start()
        worker.join()
