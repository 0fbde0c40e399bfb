"""The fork server imports the data once; the workers are forked from it."""
import multiprocessing

from look import hold


def analyze(i):
    import big  # not at the top: the parent is to hold none of it
    hold(sum(big.data[::4096]))


if __name__ == "__main__":
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["big"])  # big.py: data = b"1" * (32 << 20)
    with context.Pool(2) as pool:
        pool.map(analyze, range(2), 1)
