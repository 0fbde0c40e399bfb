"""Numbers in a line of text: found, compared, and written for a person."""
import dataclasses
import math
import re

KIBI, MEBI, GIBI = 1 << 10, 1 << 20, 1 << 30
# In bytes (the kernel's kB is 1024), and in seconds.
MEMORY = {"bytes": 1, "byte": 1, "KiB": KIBI, "MiB": MEBI, "GiB": GIBI,
          "TiB": KIBI * GIBI, "kB": KIBI, "MB": 10**6, "GB": 10**9}
TIMES = {"ns": 1e-9, "µs": 1e-6, "ms": 1e-3, "s": 1, "seconds": 1, "times": 1}
# Digits in a word, as in "04_global" or "b2", are not a number.
NUMBER = re.compile(
    r"(?<![A-Za-z0-9_])(?>([0-9]+(?:,[0-9]+)*(\.[0-9]+)?))(?![A-Za-z0-9_])"
    rf"(?: ({'|'.join([*MEMORY, *TIMES])})(?![A-Za-z0-9_]))?")
MINUS = re.compile("(?<![A-Za-z0-9_])-$")
ONE_FIFTIETH = 0.02  # by how much figures that are about the same may differ


@dataclasses.dataclass
class Quantity:
    kind: str          # "number", "memory" (in bytes), "time" (also of a ratio)
    value: float
    half_digit: float  # half of its last digit; 0 for counts and exact bytes
    text: str          # as it is in the line


def mark_quantities(line):
    """The line with a mark in place of each number, and its quantities.

    One blank stands in place of several.
    """
    words, quantities, end = "", [], 0
    for match in NUMBER.finditer(line):
        digits, decimals, unit = match.groups()
        words, end = words + line[end:match.start()], match.end()
        kind = "memory" if unit in MEMORY else "time" if unit else "number"
        factor = MEMORY.get(unit) or TIMES.get(unit, 1)
        value = float(digits.replace(",", "")) * factor
        if MINUS.search(words):
            words, value = words[:-1], -value
        exact = unit in ("byte", "bytes") or not (unit or decimals)
        digit = 10**-len((decimals or ".")[1:]) * factor
        half_digit = 0 if exact else digit / 2
        quantities.append(Quantity(kind, value, half_digit, match[0]))
        words += f"<{kind}>"
    return re.sub("[ \t]+", " ", words + line[end:]).strip(" "), quantities


def slack_of_memory(amount):
    """How many bytes an amount of memory may differ between runs.

    It is 2 %, but at least 1 MiB (512 KiB for an amount below 1 MiB). The
    reasons: which pages of the program and its libraries a process maps, which
    other processes map them, and what it has written in order to run. That is
    some dozens of KiB in each process, and so up to this slack in a pool's sum.
    """
    return max(ONE_FIFTIETH * amount, MEBI / 2 if amount < MEBI else MEBI)


def are_about_equal(a, b, near=False, within=0):
    """Whether two quantities are the same but for what runs may differ.

    Memory may differ by its slack, or by `within` bytes if that is more. Counts
    and exact bytes must be equal, or within 2 % if `near`.
    """
    slack = a.half_digit + b.half_digit
    larger = max(abs(a.value), abs(b.value))
    if a.kind == "memory" and slack:
        slack += max(slack_of_memory(larger), within)
    elif near or a.kind == "time":
        slack += ONE_FIFTIETH * larger
    return a.kind == b.kind and abs(a.value - b.value) <= slack


def size(count):
    """"763.0 MiB", "36 KiB", "85 bytes"."""
    return next(
        f"{count / MEMORY[unit]:.{decimals:d}f} {unit}"
        for unit, below, decimals in (
            ("byte" if abs(count) == 1 else "bytes", KIBI, 0),
            ("KiB", MEBI, count % KIBI > 0), ("MiB", 10 * GIBI, 1),
            ("GiB", 10 * KIBI * GIBI, 2), ("TiB", math.inf, 2))
        if abs(count) < below)
