import multiprocessing as mp, time

version = 1


def version_here(i):
    return version


if __name__ == "__main__":
    with mp.get_context("fork").Pool(1, maxtasksperchild=1) as pool:
        print("first:", pool.apply(version_here, (0,)))
        time.sleep(1)  # the replacement is forked meanwhile
        version = 2
        print("after the change:", pool.apply(version_here, (0,)))
        print("once more:", pool.apply(version_here, (0,)))
