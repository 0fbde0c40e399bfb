import multiprocessing as mp
import random

M = 1000000
RUN = range(495000, 505000)  # one in a hundred, side by side in the list
numbers = [float(k) for k in range(M)]


def uss():
    with open("/proc/self/smaps_rollup") as lines:
        return sum(int(line.split()[1]) for line in lines
                   if line.startswith("Private_"))


def read(_):
    before = uss()
    for k in RUN:
        numbers[k]
    return uss() - before


def measure(name):
    with mp.get_context("fork").Pool(1) as pool:
        print(name, pool.apply(read, (0,)), "kB")


measure("as built")
random.shuffle(numbers)
measure("shuffled")
numbers = [number + 0.0 for number in numbers]  # each a new object
measure("made again")
numbers.sort()
measure("sorted")
