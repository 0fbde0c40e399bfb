"""Chapter 03: the bytes of one batch of three items, as JSON, task by task."""
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


class Holder:
    def __init__(self, held):
        self.held = held

    def __call__(self, i):
        return self.held.analyze(i)


def function(i):
    return i


def call_method(item):
    self, i = item
    return self.analyze(i)


def batch(task, items=(0, 1, 2)):
    """As Pool.map puts it into the pipe: job, index, function, arguments."""
    try:
        return len(ForkingPickler.dumps((0, 0, mapstar, ((task, items),), {})))
    except Exception as error:
        return type(error).__name__


analysis = Analysis()
print(json.dumps({
    "function": batch(function),
    "static method": batch(Analysis.analyze_the_global),
    "class method": batch(Analysis.analyze_the_class),
    "lambda": batch(lambda i: i),
    "bound method": batch(analysis.analyze),
    "callable": batch(Holder(analysis)),
    "items": batch(call_method, tuple((analysis, i) for i in range(3))),
}))
