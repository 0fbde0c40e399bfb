# says: printed a report of its own
print("04_global\nAll 3 claims hold.\n\n10 of 10 points")
