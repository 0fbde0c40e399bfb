"""What your claim is about: what the processes of a pool take, at two moments.

You need not change anything here, and it would not help: the check uses its own
copy, and measures pools of its own.
"""
import os
from collections import namedtuple

import check_in

# Of one process, in bytes: all pages that it maps; each divided by the number
# of processes that map it; those that it maps alone.
Usage = namedtuple("Usage", "rss pss uss")

# The workers are in no order that means anything.
Moment = namedtuple("Moment", "parent workers")


def holds(claim, figures):
    numbers = list(map(int, figures.split()))
    D, N = numbers[:2]
    usages = [Usage(*numbers[i:i + 3]) for i in range(2, len(numbers), 3)]
    base, held = usages[:N + 1], usages[N + 1:]
    return bool(claim(Moment(base[0], base[1:]),
                      Moment(held[0], held[1:]), D, N))


# Measured once: for a run without the check.
SHARED = (
    "50159616 4 33693696 13142016 7450624 24141824 6280192 2002944 "
    "24203264 6306816 2027520 24203264 6309888 2035712 24203264 6331392 "
    "2056192 83869696 23170048 7442432 74346496 16306176 1978368 74338304 "
    "16319488 2011136 74338304 16320512 2015232 74338304 16331776 2023424"
)
PASSED = (
    "48971776 4 33652736 13093888 7385088 24236032 6303744 2011136 "
    "24223744 6309888 2035712 24223744 6316032 2039808 24227840 6324224 "
    "2056192 82599936 23040000 7630848 122773504 65562624 51507200 "
    "122843136 65587200 51507200 122839040 65599488 51539968 122839040 "
    "65599488 51539968"
)


def test(claim):
    """Tries the claim."""
    if "COWPOOL_FIGURES" in os.environ:
        check_in.verdict(holds(claim, os.environ["COWPOOL_FIGURES"]))
        return
    for name, figures in (("the right program:", SHARED),
                          ("passed by value:  ", PASSED)):
        print(name, "the claim", "holds" if holds(claim, figures) else "fails")
