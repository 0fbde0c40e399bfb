# says: wrote more than 64 KiB of output
while True:
    print("x" * 1000)
