"""14 fork_cost in CPython: forks over pages of two sizes, and a snapshot."""
import mmap
from multiprocessing import get_context
from random import Random

import numpy as np

from cowtwin import (DATA, ITEMS, NOTHING, OVER_NOTHING, WORKERS, observe,
                     wait_to_be_measured)

PAGE, HUGE = mmap.PAGESIZE, 2 << 20
R = -(-DATA // PAGE)  # pages


def write_few_bytes(i):
    memory[::2 * HUGE] = 1
    wait_to_be_measured()
    return i**2


def save(i):
    is_right = (memory[::PAGE] == 1).all()  # as it was at the fork
    wait_to_be_measured()
    return i**2 if is_right else -1


def fork_over(moment, size, task, advice=mmap.MADV_NOHUGEPAGE, writes=0):
    global memory  # an array of numpy's own would ask for huge pages
    mapping = mmap.mmap(-1, size + HUGE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    mapping.madvise(advice)
    memory = np.frombuffer(mapping, np.uint8)
    memory = memory[-memory.ctypes.data % HUGE:][:size]
    memory[:] = 1
    with get_context("fork").Pool(WORKERS) as pool:  # the fork: a snapshot
        random = Random(14)
        for _ in range(writes):
            memory[random.randrange(R) * PAGE] = 2
        observe(moment, pool, task, range(ITEMS))


fork_over(OVER_NOTHING, NOTHING, save)
fork_over("4 KiB", DATA, write_few_bytes)
fork_over("2 MiB", DATA, write_few_bytes, mmap.MADV_HUGEPAGE)
fork_over("k = R/4", DATA, save, writes=R // 4)
fork_over("k = R", DATA, save, writes=R)
fork_over("k = 4·R", DATA, save, writes=4 * R)
