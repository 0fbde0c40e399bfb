# Chapter 12: who writes? A child makes the pages of the floats read-only. The
# first write ends it, and faulthandler says where it was.
import collections
import ctypes
import faulthandler
import itertools
import os
import tempfile

M = 200000
PAGE = os.sysconf("SC_PAGE_SIZE")
numbers = [float(k) for k in range(M)]


def make_read_only(objects):
    # Not at either end: there the allocator has room for other objects.
    middle = itertools.islice(objects, 1000, len(objects) - 1000)
    on_page = collections.Counter(id(one) // PAGE for one in middle)
    for page, count in on_page.items():
        if count >= PAGE // 32 - 2:  # it holds these objects, and no others
            ctypes.CDLL(None).mprotect(ctypes.c_void_p(page * PAGE),
                                       ctypes.c_size_t(PAGE), 1)  # PROT_READ


def size():
    return len(numbers)


def is_the_same():
    return numbers == numbers  # each object is itself: nothing is counted


def total():
    result = 0
    for number in numbers:
        result += number
    return result


report = tempfile.TemporaryFile("w+")
if os.fork() == 0:
    faulthandler.enable(report)
    make_read_only(numbers)
    size()
    is_the_same()
    total()
    os._exit(0)
status = os.wait()[1]
print("ended by signal", os.WTERMSIG(status))
report.seek(0)
for line in report:
    print(line.replace(os.path.dirname(__file__) + "/", ""), end="")
