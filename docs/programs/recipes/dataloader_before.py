"""What a DataLoader does with a Dataset: forked workers read its list."""
import multiprocessing

from look import hold


class Files:
    def __init__(self):
        self.names = [f"train/{i:09}.jpg" for i in range(480_000)]

    def __len__(self):
        return len(self.names)

    def __getitem__(self, i):
        return len(self.names[i])  # would read the file


def work(files):
    hold(sum(files[i] for i in range(len(files))))


if __name__ == "__main__":
    files = Files()
    for _ in range(2):
        multiprocessing.get_context("fork").Process(
            target=work, args=(files,)).start()
