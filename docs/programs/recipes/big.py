"""Data in a module of its own, for a fork server to load."""
data = b"1" * (32 << 20)  # 32 MiB
