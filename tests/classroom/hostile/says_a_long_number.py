# says: exited 0 without results
print("a worker died with signal " + "9" * 60000)
