"""The data is an argument: each call sends it."""
from concurrent.futures import ProcessPoolExecutor

from look import hold


def analyze(data, i):
    hold(sum(data[::4096]))


if __name__ == "__main__":
    data = b"1" * (32 << 20)  # 32 MiB
    with ProcessPoolExecutor(2) as executor:
        for i in range(2):
            executor.submit(analyze, data, i)
