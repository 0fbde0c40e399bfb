# says: ended by itself with status 1
exec(open("ROOT/lessons/04_global/exercise/exercise.py").read())
