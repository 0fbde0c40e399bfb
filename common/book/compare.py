"""Compares two texts of a measurement.

Words must be equal, figures within bounds, and blanks do not matter.
"""
import dataclasses
import difflib
import re

from quantities import ONE_FIFTIETH, mark_quantities, slack_of_memory

# What differs between machines or runs and does not matter.
ALWAYS_FREE = (r"^ *Linux .* huge pages: .*",           # the machine
               r"^ *[0-9]+(?=  (parent|worker|fork))",  # process ids in a table
               r"worker [0-9]+(?= (died|was))",         # and in a message
               r"0x[0-9a-f]+")
# A line that explains symbols: "  h = 56 bytes · m = 4 bytes". Where such lines
# are broken depends on their digits.
LEGEND = re.compile(r"  \S+ = [^=]+( · \S+ = [^=]+)*")
# Of several values, as in "Σb_pss = 2.2 MiB, 2.3 MiB", all but the first: it is
# chance how many differ.
MORE_VALUES = re.compile(r"(, [0-9][^ ]* [A-Za-z]+)+(?= ·|$)")


@dataclasses.dataclass
class Slack:
    """How much texts may differ.

    These always may: process ids, addresses, times, and the line that names the
    machine. Figures of memory may differ by `slack_of_memory`. All others may
    not, with these exceptions.
    """
    # Claims that hold: the figure measured for one must be within its bounds.
    claims: list = dataclasses.field(default_factory=list)
    # Text that matches one of these regular expressions may differ.
    free: list = dataclasses.field(default_factory=list)
    # In lines that match one of these, plain numbers may differ by 2 %.
    near: list = dataclasses.field(default_factory=list)
    # Figures of memory may differ by at least this number of bytes. For whole
    # interpreters, because other programs may map the same libraries: a page of
    # a file counts in a process's USS only while no other process maps it.
    within: float = 0


@dataclasses.dataclass
class Difference:
    """A line that differs. If only one text has it, the other is ""."""
    line: int  # where it is or belongs in the old text, from 0
    old: str
    new: str
    why: str


def claims_of(report):
    """The claims of a lesson's report that have valid bounds: those that hold."""
    claims = report.get("claims", []) if isinstance(report, dict) else []
    return [claim for claim in claims if claim["holds"]]


class Line:
    """A line with its figures; of a claim's row, also the claim.

    A row has the claim's name, or its beginning, and the figures `predicted` and
    `measured` one after the other; figure `at` is the measured one.
    """

    def __init__(self, number, text, slack):
        self.number, self.text = number, text
        marked = MORE_VALUES.sub("", text) if LEGEND.fullmatch(text) else text
        for pattern in (*ALWAYS_FREE, *slack.free):
            marked = re.sub(pattern, "<free>", marked)
        self.words, self.figures = mark_quantities(marked)
        cells = re.split("  [ \t]*", text.strip(" \t"))
        self.claim, self.at = next((
            (claim, at + 1) for claim in slack.claims
            if any(is_name(cell, claim["name"]) for cell in cells)
            for at, pair in enumerate(zip(self.figures, self.figures[1:]))
            if all(abs(figure.value - claim[key]) <= figure.half_digit for
                   figure, key in zip(pair, ("predicted", "measured")))),
            (None, None))


def is_name(cell, name):
    """Whether a cell is a claim's name, or the beginning of a long one."""
    return cell == name or (len(cell.encode()) >= 20 and
                            name.startswith(cell + " "))


def read(texts, slack):
    """The lines; legends that follow each other are one."""
    lines = []
    for number, text in enumerate(texts):
        if lines and LEGEND.fullmatch(text) and LEGEND.fullmatch(lines[-1][1]):
            lines[-1][1] += " · " + text.strip(" \t")
        else:
            lines.append([number, text])
    return [Line(number, text, slack) for number, text in lines]


def apart(then, now, near, within):
    """Why two figures differ too much; None if they do not."""
    slack = then.half_digit + now.half_digit
    larger = max(abs(then.value), abs(now.value))
    if now.kind == "memory" and not (then.in_bytes and now.in_bytes):
        slack += max(slack_of_memory(larger), within)
    elif near:
        slack += ONE_FIFTIETH * larger
    if now.kind == "time" or abs(then.value - now.value) <= slack:
        return None
    return f"{then.text} there, {now.text} now"


def beyond(then, now):
    """Why the measured figure of a claim's row is out of its bounds.

    The old measurement may differ from the old prediction as much as the claim
    allows now. (The predictions themselves are compared elsewhere.)
    """
    predicted, measured = then.figures[now.at - 1:now.at + 1]
    shift = predicted.value - now.figures[now.at - 1].value
    low, high = now.claim["low"] + shift, now.claim["high"] + shift
    rounding = measured.half_digit + 2 * predicted.half_digit
    if low - rounding <= measured.value <= high + rounding:
        return None
    return (f"{measured.text} is not within the claim's bounds, {low:.0f} to "
            f"{high:.0f}{' bytes' * (now.claim['unit'] == 'bytes')}")


def differences_of(then, now, slack):
    """The first difference of two lines with the same words, if there is one."""
    near = any(re.search(pattern, now.text) for pattern in slack.near)
    for k, figure in enumerate(now.figures):
        why = (beyond(then, now) if k == now.at else
               apart(then.figures[k], figure, near, slack.within))
        if why:
            return [Difference(then.number, then.text, now.text, why)]
    return []


def compare(old_texts, new_texts, slack=Slack()):
    """The differences of a document's lines from what a program prints now."""
    old, new = read(old_texts, slack), read(new_texts, slack)
    # Lines with the same words belong together.
    aligned = difflib.SequenceMatcher(None, [line.words for line in old],
                                      [line.words for line in new], False)
    found = []
    for kind, i, i_end, j, j_end in aligned.get_opcodes():
        if kind == "equal":
            for then, now in zip(old[i:i_end], new[j:j_end]):
                found += differences_of(then, now, slack)
            continue
        where = old[i_end].number if i_end < len(old) else len(old_texts)
        found += [Difference(line.number, line.text, "", "the program does not "
                             "say this") for line in old[i:i_end]]
        found += [Difference(where, "", line.text, "the document does not say "
                             "this") for line in new[j:j_end]]
    return found
