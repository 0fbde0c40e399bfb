"""Exercise 01: four workers, and a table of four rows that is made after them.
Each item carries the whole table. Change this file so that an item carries its
row."""
from multiprocessing import get_context

from check_in import DATA, ITEMS, WORKERS, make_data, report, work

#if ALTERNATIVE

class Row:
    def __init__(self, i):
        self.numbers = make_data(DATA // WORKERS, i)

    def analyze(self, i):
        return work(self.numbers, i)


def call_method(item):
    self, i = item
    return self.analyze(i)


with get_context("fork").Pool(WORKERS) as pool:  # there before the rows
    items = [(Row(i), i) for i in ITEMS]
    report(pool.map(call_method, items))
#else

class Table:
    def __init__(self):
        self.rows = [make_data(DATA // WORKERS, i) for i in ITEMS]

    def analyze(self, i):
        return work(self.rows[i], i)


#if SOLUTION
def analyze(item):
    row, i = item
    return work(row, i)


with get_context("fork").Pool(WORKERS) as pool:  # there before the table
    table = Table()
    items = [(table.rows[i], i) for i in ITEMS]
    report(pool.map(analyze, items))
#elif MISTAKE_COPIES
def analyze(item):
    row, i = item
    return work(row, i)


with get_context("fork").Pool(WORKERS) as pool:
    table = Table()
    items = [(table.rows[i].copy(), i) for i in ITEMS]
    report(pool.map(analyze, items))
#elif MISTAKE_POINTS_BACK
class Row:
    def __init__(self, table, i):
        self.table, self.i = table, i

    def analyze(self):
        return self.table.analyze(self.i)


with get_context("fork").Pool(WORKERS) as pool:
    table = Table()
    report(pool.map(Row.analyze, [Row(table, i) for i in ITEMS]))
#elif MISTAKE_GLOBAL
def analyze(i):
    return table.analyze(i)


with get_context("fork").Pool(WORKERS) as pool:
    table = Table()
    report(pool.map(analyze, ITEMS))
#elif MISTAKE_INHERITS
def analyze(i):
    return table.analyze(i)


table = Table()
with get_context("fork").Pool(WORKERS) as pool:
    report(pool.map(analyze, ITEMS))
#else
# TODO: what does this task use of all that its item carries?
def call_method(item):
    self, i = item
    return self.analyze(i)


with get_context("fork").Pool(WORKERS) as pool:  # there before the table
    table = Table()
    items = [(table, i) for i in ITEMS]
    report(pool.map(call_method, items))
#endif
#endif
