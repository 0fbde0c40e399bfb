# says: wrong results: 0 of 4 are right
from check_in import report
report([1, 2, 3, 4])
