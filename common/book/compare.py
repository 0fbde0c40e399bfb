"""Compares two texts of a measurement.

Words must be equal, figures within bounds, and blanks do not matter.
"""
import difflib
import re

from quantities import are_about_equal, mark_quantities

# What differs between machines or runs and does not matter.
ALWAYS_FREE = (r"^ *Linux .* huge pages: .*",           # the machine
               r"^ *[0-9]+(?=  (parent|worker|fork))",  # process ids in a table
               r"worker [0-9]+(?= (died|was))",         # and in a message
               r"0x[0-9a-f]+")
# Of several values, as in "Σb_pss = 2.2 MiB, 2.3 MiB", all but the first: it is
# chance how many differ.
MORE_VALUES = re.compile(r"^( *\S+ = [^=]+?)(, [0-9]\S* [A-Za-z]+)+$")


def claims_of(report):
    """The claims of a lesson's report that hold: their bounds are valid."""
    claims = report["claims"] if report else []
    return [claim for claim in claims if claim["holds"]]


class Line:
    """A line with its figures; of a claim's row, also the claim.

    A row has the claim's name, or its beginning, and the figures `predicted`
    and `measured` one after the other; figure `at` is the measured one.
    """

    def __init__(self, number, text, claims):
        self.number, self.text = number, text
        self.words, self.figures = mark_quantities(text)
        cells = re.split("  [ \t]*", text.strip(" \t"))
        self.claim, self.at = next((
            (claim, at) for claim in claims
            if any(is_name(cell, claim["name"]) for cell in cells)
            for at in range(1, len(self.figures))
            if all(abs(figure.value - claim[key]) <= figure.half_digit
                   for figure, key in zip(self.figures[at - 1:],
                                          ("predicted", "measured")))),
            (None, None))


def is_name(cell, name):
    """Whether a cell is a claim's name, or the beginning of a long one."""
    return cell == name or (len(cell.encode()) >= 20 and
                            name.startswith(cell + " "))


def read(texts, claims, free):
    """The lines without what is free. A legend, such as "h = 56 bytes · m = 4",
    is as many lines: where it is broken depends on its digits."""
    for number, text in enumerate(texts):
        for pattern in (*ALWAYS_FREE, *free):
            text = re.sub(pattern, "<free>", text)
        for part in text.split(" · "):
            yield Line(number, MORE_VALUES.sub(r"\1", part), claims)


def beyond(then, now):
    """Why the measured figure of a claim's row is out of its bounds, or "".

    The old measurement may differ from the old prediction as much as the claim
    allows now. (The predictions themselves are compared elsewhere.)
    """
    predicted, measured = then.figures[now.at - 1:now.at + 1]
    shift = predicted.value - now.figures[now.at - 1].value
    low, high = now.claim["low"] + shift, now.claim["high"] + shift
    rounding = measured.half_digit + 2 * predicted.half_digit
    return "" if low - rounding <= measured.value <= high + rounding else (
        f"{measured.text} is not within the claim's bounds, {low:.0f} to "
        f"{high:.0f}{' bytes' * (now.claim['unit'] == 'bytes')}")


def apart(then, now, near, within):
    """Why two lines with the same words differ, or ""."""
    near = any(re.search(pattern, now.text) for pattern in near)
    for at, (old, new) in enumerate(zip(then.figures, now.figures)):
        why = ""
        if at == now.at:
            why = beyond(then, now)
        elif new.kind != "time" and not are_about_equal(old, new, near, within):
            why = f"{old.text} there, {new.text} now"
        if why:
            return f"{why}\n    - {then.text}\n    + {now.text}"
    return ""


def compare(old_texts, new_texts, claims=(), free=(), near=(), within=0):
    """The differences of a document's lines from what a program prints now: for
    each, the number of its old line, from 0, and a text.

    These may always differ: process ids, addresses, times, and the line that
    names the machine. Figures of memory may differ by `slack_of_memory`, or by
    `within` bytes. That is for whole interpreters, because other programs may
    map the same libraries: a page of a file counts in a process's USS only
    while no other process maps it. The figure measured for one of the `claims`,
    which hold, must be within its bounds. Other figures may differ by 2 % in
    lines that match one of the regular expressions `near`, else not at all.
    Text that matches one of `free` may differ.
    """
    old, new = (list(read(texts, claims, free))
                for texts in (old_texts, new_texts))
    # Lines with the same words belong together.
    aligned = difflib.SequenceMatcher(None, [line.words for line in old],
                                      [line.words for line in new], False)
    found = []
    for kind, i, i_end, j, j_end in aligned.get_opcodes():
        if kind == "equal":
            found += [(then.number, why) for then, now in
                      zip(old[i:i_end], new[j:j_end])
                      if (why := apart(then, now, near, within))]
            continue
        where = old[i_end].number if i_end < len(old) else len(old_texts)
        found += [(line.number, "the program does not say this\n    - "
                   + line.text) for line in old[i:i_end]]
        found += [(where, "the document does not say this\n    + " + line.text)
                  for line in new[j:j_end]]
    return found
