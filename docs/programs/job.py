import multiprocessing as mp, os, sys


def look(i):
    import preloaded  # not at the top: the parent is to hold none of it
    preloaded.data.sum()
    with open("/proc/self/smaps_rollup") as lines:
        uss = sum(int(line.split()[1]) for line in lines
                  if line.startswith("Private_"))
    return uss, preloaded.built_by == os.getpid()


if __name__ == "__main__":
    if "preload" in sys.argv:
        mp.set_forkserver_preload(["preloaded"])
    with mp.get_context("forkserver").Pool(2) as pool:
        for uss, built_here in pool.map(look, range(2), 1):
            print(uss, "kB, built", "here" if built_here else "in the server")
