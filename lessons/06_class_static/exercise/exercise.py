"""Exercise 06: four analyses of one large array, each an instance of a class.
Each instance brings the array along. Change the class, so that an instance has
what is its own, and the class has what is the same for all."""
from multiprocessing import get_context

#if MISTAKE_COPIES
import numpy as np

#endif
from check_in import ITEMS, WORKERS, make_data, report, work

#if SOLUTION || ALTERNATIVE || MISTAKE_LATE || MISTAKE_COPIES || MISTAKE_BUILDS

class Analysis:
    numbers = None  # the class's own: one for all instances

    def __init__(self, number):
        self.number = number

#if MISTAKE_BUILDS
    @staticmethod
    def build():
        Analysis.numbers = make_data()
#elif MISTAKE_COPIES
    @staticmethod
    def use(numbers):
        Analysis.numbers = np.array(numbers)
#else
    @staticmethod
    def use(numbers):
        Analysis.numbers = numbers
#endif

    def analyze(self):
        return work(Analysis.numbers, self.number)


#elif MISTAKE_SENT

class Analysis:
    numbers = None

    def __init__(self, number):
        self.number = number

    def use(self, numbers):
        self.numbers = numbers

    def analyze(self):
        return work(self.numbers, self.number)


#else

# TODO: what is an instance's own, and what is the same for all of them?
class Analysis:
    def __init__(self, number, numbers):
        self.number = number
        self.numbers = numbers

    def analyze(self):
        return work(self.numbers, self.number)


#endif
numbers = make_data()
#if SOLUTION || MISTAKE_COPIES
Analysis.use(numbers)
analyses = [Analysis(number) for number in ITEMS]
with get_context("fork").Pool(WORKERS) as pool:
    report(pool.map(Analysis.analyze, analyses))
#elif ALTERNATIVE
analyses = [Analysis(number) for number in ITEMS]
with get_context("fork").Pool(WORKERS, Analysis.use, (numbers,)) as pool:
    report(pool.map(Analysis.analyze, analyses))
#elif MISTAKE_LATE
analyses = [Analysis(number) for number in ITEMS]
with get_context("fork").Pool(WORKERS) as pool:
    Analysis.use(numbers)
    report(pool.map(Analysis.analyze, analyses))
#elif MISTAKE_SENT
analyses = [Analysis(number) for number in ITEMS]
for analysis in analyses:
    analysis.use(numbers)
with get_context("fork").Pool(WORKERS) as pool:
    report(pool.map(Analysis.analyze, analyses))
#elif MISTAKE_BUILDS
analyses = [Analysis(number) for number in ITEMS]
with get_context("fork").Pool(WORKERS, Analysis.build) as pool:
    report(pool.map(Analysis.analyze, analyses))
#else
analyses = [Analysis(number, numbers) for number in ITEMS]
with get_context("fork").Pool(WORKERS) as pool:
    report(pool.map(Analysis.analyze, analyses))
#endif
