# says: ended by itself with status 1
open("ROOT/common/classroom/check.py", "a")
