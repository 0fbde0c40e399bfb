"""Exercise 02: write a claim that is true of a pool which holds its data once,
shared by all, and of no other."""
from subject import test

#if SOLUTION
def total_pss(moment):
    return sum(usage.pss for usage in [moment.parent] + moment.workers)


def claim(base, held, D, N):
    # The machine pays for D once; and every worker maps all of it.
    data = total_pss(held) - total_pss(base)
    return (D - D / 4 < data < D + D / 4
            and all(worker.rss > D for worker in held.workers))
#elif ALTERNATIVE
def holds_for(base, held, D):
    # A process maps D once (RSS), and does not have it alone (USS).
    return (D - D / 4 < held.rss - base.rss < D + D / 4
            and held.uss - base.uss < D / 4)


def claim(base, held, D, N):
    return holds_for(base.parent, held.parent, D) and all(
        holds_for(before, after, D)
        for before, after in zip(base.workers, held.workers))
#elif MISTAKE_LESS_THAN
def total_pss(moment):
    return sum(usage.pss for usage in [moment.parent] + moment.workers)


def claim(base, held, D, N):
    return total_pss(held) - total_pss(base) < D + D / 2
#elif MISTAKE_ONE_SUM
def total_pss(moment):
    return sum(usage.pss for usage in [moment.parent] + moment.workers)


def claim(base, held, D, N):
    return D - D / 4 < total_pss(held) - total_pss(base) < D + D / 4
#elif MISTAKE_IN_MIB
def claim(base, held, D, N):
    MiB = 1 << 20
    return all(85 * MiB < worker.rss < 150 * MiB for worker in held.workers)
#elif MISTAKE_ONLY_USS
def claim(base, held, D, N):
    return all(after.uss - before.uss < D / 4
               for before, after in zip(base.workers, held.workers))
#elif MISTAKE_FIRST_WORKER
def claim(base, held, D, N):
    worker = held.workers[0]
    return (worker.rss > D and worker.uss - base.workers[0].uss < D / 4
            and held.parent.rss - base.parent.rss < D + D / 4)
#else
def total_rss(moment):
    return sum(usage.rss for usage in [moment.parent] + moment.workers)


def claim(base, held, D, N):
    # TODO: this believes top. Which figures tell that the data are there once,
    # no more and no less, and that every worker has them?
    return total_rss(held) - total_rss(base) < N * D
#endif


test(claim)
