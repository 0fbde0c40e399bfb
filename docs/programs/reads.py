import multiprocessing as mp

M = 2000000
lists = {"floats": [float(k) for k in range(M)],
         "ints": [k + 1000 for k in range(M)],
         "small ints": [k % 100 for k in range(M)],
         "None": [None] * M}


def uss():
    with open("/proc/self/smaps_rollup") as lines:
        return sum(int(line.split()[1]) for line in lines
                   if line.startswith("Private_"))


def read(name):
    before = uss()
    for number in lists[name]:
        pass
    return uss() - before


for name in lists:
    with mp.get_context("fork").Pool(1) as pool:
        print(name, pool.apply(read, (name,)), "kB")
