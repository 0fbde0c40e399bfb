"""Chapter 03: the bytes of one batch of three ints, as JSON, task by task."""
import json
import multiprocessing as mp
from multiprocessing.pool import mapstar
from multiprocessing.reduction import ForkingPickler


class Analysis:
    def __init__(self):
        self.data = b"x" * 1000000

    def analyze(self, i):
        return len(self.data) * i

    @staticmethod
    def analyze_the_global(i):
        return i

    @classmethod
    def analyze_the_class(cls, i):
        return i


def function(i):
    return i


def batch(task):
    """As Pool.map puts it into the pipe: job, index, function, arguments."""
    try:
        return len(ForkingPickler.dumps(
            (0, 0, mapstar, ((task, (0, 1, 2)),), {})))
    except Exception as error:
        return type(error).__name__


print(json.dumps({
    "function": batch(function),
    "static method": batch(Analysis.analyze_the_global),
    "class method": batch(Analysis.analyze_the_class),
    "lambda": batch(lambda i: i),
    "bound method": batch(Analysis().analyze),
}))
