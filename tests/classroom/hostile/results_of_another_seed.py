# says: wrong results: 0 of 4 are right
import os
os.environ["COWPOOL_SEED"] = "1"
import check_in
from multiprocessing import get_context
data = check_in.make_data()
def analyze(item):
    return check_in.work(data, item)
with get_context("fork").Pool(4) as pool:
    check_in.report(pool.map(analyze, range(4)))
