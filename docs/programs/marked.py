"""What does a collection in a worker copy? Half a million objects of each kind
are built by the parent, and used by nobody."""
import gc
import multiprocessing as mp

M = 500_000


class Row:
    __slots__ = ("value",)


KINDS = {"lists": lambda k: [None],
         "instances": lambda k: Row(),
         "tuples with a list": lambda k: (kept,),
         "tuples of numbers": lambda k: (k, k),
         "empty dicts": lambda k: {},
         "floats": float,
         "strings": str}
kept = []


def uss():
    with open("/proc/self/smaps_rollup") as lines:
        return sum(int(line.split()[1]) for line in lines
                   if line.startswith("Private_"))


def collect(_):
    before = uss()
    gc.collect()
    return (uss() - before) / 1024


for kind, make in KINDS.items():
    rows = [make(k) for k in range(M)]
    gc.collect()  # also in the parent: it stops watching tuples of numbers
    with mp.get_context("fork").Pool(1) as pool:
        print("%-18s %5.1f MiB" % (kind, pool.apply(collect, (None,))))
