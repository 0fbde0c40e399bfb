# says: took more than
taken = []
while True:
    taken.append(bytearray(b"x" * (64 << 20)))
