# says: wrong results
import os
import socket
for text in (b"\xff" * 100000, b"results nan x\n", b"results " + b"1 " * 9000,
             b"arrived", b"\n", b"results 1e999 nan inf -0\n"):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(os.environ["COWPOOL_CHECK"])
        try:
            connection.sendall(text)
        except OSError:
            pass
