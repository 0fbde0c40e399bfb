"""Parts of a program's output."""
import itertools
import re


def excerpt(lines, parts=(), patterns=()):
    """The chosen lines of an output; all of them if nothing is chosen.

    `parts` are sections, each named by the beginning of its heading: a line that
    is not indented. Its section is the indented and empty lines below.
    `patterns` are regular expressions: only lines that match one of them,
    without the columns that are blank in all. Raises ValueError with a sentence
    if no line is left.
    """
    if parts:
        lines = [line for name in parts for line in ["", *part(lines, name)]]
    if patterns:
        lines = closed_up([line for line in lines if any(
            re.search(pattern, line) for pattern in patterns)])
        if not lines:
            raise ValueError("no line of the output matches " +
                             " or ".join(patterns))
    return trimmed(lines)


def trimmed(lines):
    """The lines without empty ones at the beginning and end."""
    full = [i for i, line in enumerate(lines) if line.strip()] or [0, -1]
    return lines[full[0]:full[-1] + 1]


def part(lines, name):
    headings = [i for i, line in enumerate(lines) if line[:1] not in ("", " ")]
    for begin, end in itertools.pairwise([*headings, len(lines)]):
        if lines[begin].startswith(name):
            return trimmed(lines[begin:end])
    raise ValueError(f'no part begins with "{name}"; the parts begin with: ' +
                     " | ".join(lines[i] for i in headings))


def closed_up(lines):
    """Without the columns that are blank in all lines, but for two in a row."""
    columns = list(itertools.zip_longest(*lines, fillvalue=" "))
    blank = [set(column) == {" "} for column in columns]
    kept = [column for i, column in enumerate(columns)
            if not (i > 1 and all(blank[i - 2:i + 1]))]
    return ["".join(row).rstrip(" ") for row in zip(*kept)]
