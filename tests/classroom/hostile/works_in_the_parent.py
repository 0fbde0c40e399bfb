# says: the parent did the work itself
from check_in import ITEMS, make_data, report, work
data = make_data()
report([work(data, item) for item in ITEMS])
