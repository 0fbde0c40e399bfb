"""08 page_map in CPython: workers write to the array that they inherited."""
from mmap import PAGESIZE
from multiprocessing import get_context

import numpy as np

from cowtwin import (DATA, ITEMS, NOTHING, OVER_NOTHING, WORKERS, observe,
                     wait_to_be_measured)

PAGE = PAGESIZE // 8  # numbers


def write_part(item):
    i, first, count = item
    # One number in each page; they are ones already, but a write is a write.
    numbers[first * PAGE:(first + count) * PAGE:PAGE] = 1
    wait_to_be_measured()
    return i**2


def write_pages(moment, size, count, stride=0):
    global numbers  # every worker inherits it
    numbers = np.ones(size // 8)
    items = [(i, i % WORKERS * stride, count) for i in range(ITEMS)]
    with get_context("fork").Pool(WORKERS) as pool:
        observe(moment, pool, write_part, items, 1)


R = -(-DATA // PAGESIZE)  # pages
write_pages(OVER_NOTHING, NOTHING, 0)
write_pages("the same pages, f = 0", DATA, 0)
write_pages("the same pages, f = 1/R", DATA, 1)
write_pages("the same pages, f = 1/16", DATA, R // 16)
write_pages("the same pages, f = 1/4", DATA, R // 4)
write_pages("the same pages, f = 1", DATA, R)
write_pages("pages of their own", DATA, R // max(16, WORKERS), R // WORKERS)
