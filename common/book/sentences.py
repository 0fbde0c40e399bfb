"""Figures in sentences: each is one that a program writes on the same page.

    sentences.py [DOCUMENT...]     README.md, CONTRIBUTING.md and docs/*.md
                                   without arguments

`book` checks what stands in blocks; this checks what stands between them. A
figure is a number with a unit of measure, a decimal fraction, or a number
above twelve. It has to be one of

  - shown by a block of its page, as exact as the sentence says it, within 5 %
    after the word "about"; for "N = 4", a block has to show an N of 4;
  - in a picture of its page;
  - the value of an expression in front of it: "64 / 5 = 12.8 MiB";
  - listed in a comment that says where it comes from:

        <!-- figures: 64 KiB; 765M
             source: pipe(7) -->

    with `source:` for a fact from outside, `definition:` for what somebody has
    decided, `from: 06_class_static.md` for a figure of another page's blocks.

What stands in `code`, behind the name of what is counted by versions (Linux
6.18) or by place (lesson 04, question 13), and years are no figures.
"""
import dataclasses
import html
import math
import pathlib
import re
import sys

from document import Document, Mistake

UNITS = {"byte": "B", "bytes": "B", "second": "s", "seconds": "s",
         "minute": "min", "minutes": "min", "percent": "%"}
NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
FIGURE = re.compile(
    r"(?<![\w.,:/#])(" + NUMBER + r")(?![\d/]|[.,]\d|-[a-z]|th\b|st\b)"
    r"(?:\s?([KMGT]i?B|kB|[KMG]|bytes?|[mµn]?s|seconds?|minutes?|%|percent)"
    r"(?!\w)|(?!\w))")
NO_FIGURE = re.compile(
    r"`[^`]*`|\]\([^)]*\)|<[^>]*>|\b(?:19|20)\d\d\b|^\s*\d+\. |"
    r"\b(?:Linux|C?Python|C\+\+|PEP|glibc|GCC|g\+\+|clang|Debian|Ubuntu|Eigen|"
    r"NumPy|version|[Ll]essons?|[Cc]hapters?|[Qq]uestions?|[Tt]ry|[Ss]teps?|"
    r"[Ss]ignal|column|line|PID|gh-|v)"
    r"[\s-]?\[?[\d.]+(?:(?:, | to | and | or |–)\[?\d[\d.]*(?! ?\w*B))*|"
    r"\[\d\d\b")
SYMBOL = re.compile(r"(?<![/*+−-] )(?<![\w·/*+(-])([A-Za-zΣ]\w*) = $")
EXPRESSION = re.compile(r"(?:ceil|[\d.,·×*/()+−\- ])+$")


class Figure:
    """A number with its unit, and the symbol that it is the value of."""

    def __init__(self, number, unit="", symbol=""):
        self.symbol = symbol
        self.value = float(number.replace(",", ""))
        self.decimals = len(number.partition(".")[2])
        self.unit = UNITS.get(unit, unit)
        self.text = f"{number} {unit}".strip()

    def is_checked(self):
        return bool(self.unit) or self.decimals > 0 or self.value > 12

    def is_said_of(self, shown, about):
        """Whether a sentence may write this for what is shown."""
        if self.unit and self.unit != shown.unit:
            return False
        if self.symbol and self.symbol != shown.symbol:
            return False
        if round(shown.value, self.decimals) == self.value:
            return True
        return about and abs(shown.value - self.value) <= 0.05 * self.value


@dataclasses.dataclass(frozen=True)
class Listed:
    """A figure of which a comment says where it comes from."""
    line: int
    figure: Figure
    key: str    # source, definition, from
    value: str

    def says(self, figure):
        return (self.figure.value, self.figure.unit) == (figure.value,
                                                         figure.unit)

    def is_shown_by(self, folder):
        other = folder / self.value
        return any(self.figure.is_said_of(each, False)
                   for each in Page(other, other.read_text()).shown)


class Page:
    """What stands in blocks and between them; comments of the last kind."""

    def __init__(self, path, text):
        self.path = path
        document = Document(path, text)
        self.paragraphs = document.paragraphs
        self.shown = []       # figures of blocks, pictures and expressions
        self.listed = []      # of the comments "figures"
        for block in document.blocks:
            if block.kind == "figures":
                self._list(block)
            else:
                self._show(document.lines[block.line - 1:block.end])

    def _list(self, block):
        figures = [figures_in(each) for each in block.what.split(";")]
        if len(block.options) != 1 or not all(figures):
            raise Mistake(f"{self.path}:{block.line}: expected <!-- figures: "
                          "FIGURE; FIGURE and a line with source:, definition: "
                          "or from:")
        self.listed += [Listed(block.line, each[0][1], *block.options[0])
                        for each in figures]

    def _show(self, lines):
        for line in lines:
            self.shown += [figure for _, figure in figures_in(line)]
            for picture in re.findall(r"\]\(([^)]*\.svg)\)", line):
                self._picture(self.path.parent / picture)

    def _picture(self, path):
        words = re.sub(r"<style.*?</style>|<[^>]*>", " ", path.read_text(),
                       flags=re.S)
        self.shown += [figure for _, figure in figures_in(html.unescape(words))]


def figures_in(text):
    """The figures of a text with their places in it."""
    found = []
    for match in FIGURE.finditer(text):
        symbol = SYMBOL.search(text[:match.start(1)])
        if re.match(r"[·×]\d| [/*+−-] ", text[match.end():]):
            symbol = None  # it is the first operand of an expression
        found.append((match.start(1), Figure(match[1], match[2] or "",
                                             symbol[1] if symbol else "")))
    for (at, figure), (after, following) in zip(found, found[1:]):
        between = text[at:after]
        if not figure.unit and re.fullmatch(r"[\d,.]+ ?(to|and|or|–) ?", between):
            figure.unit = following.unit
    return found


def computed(text):
    """The value of the expression that a text ends with, or None."""
    term = EXPRESSION.search(text)
    term = term[0].strip(" ,.") if term else ""
    if not re.search(r"\d ?[·×*/+−-] ?\(?\d|ceil", term):
        return None
    term = term.replace(",", "").replace("−", "-")
    term = re.sub("[·×]", "*", term)
    try:
        return eval(" ".join(term.split()), {"__builtins__": {}, "ceil": math.ceil})
    except (SyntaxError, TypeError, ZeroDivisionError):
        return None


def hidden(match):
    """As many signs that are no figure, the ends of lines in their place."""
    return re.sub(r"[^\n]", "_", match[0])


def checked_figures(paragraph):
    """The figures that need something behind them, with their places."""
    text = NO_FIGURE.sub(hidden, paragraph)
    return [(at, figure) for at, figure in figures_in(text)
            if figure.is_checked() or text[:at].rstrip().endswith("=")]


def check(path, text=None):
    """A sentence for each figure of a document that nothing stands behind."""
    try:
        page = Page(path, path.read_text() if text is None else text)
    except Mistake as mistake:
        return [str(mistake)]
    mistakes = []

    def mistake(line, sentence):
        mistakes.append((line, f"{path}:{line}: {sentence}"))

    said = []  # (line, figure, whether roughly)
    for first, paragraph in page.paragraphs:
        for at, figure in checked_figures(paragraph):
            line = first + paragraph.count("\n", 0, at)
            before = paragraph[:at].rstrip()
            value = computed(before[:-1]) if before.endswith("=") else None
            if value is None:
                said.append((line, figure,
                             re.search(r"\b(about|some|nearly|almost)$",
                                       before)))
            elif round(value, figure.decimals) == figure.value:
                page.shown.append(figure)
            else:
                mistake(line, f"{figure.text} is not what the expression "
                              f"gives: {value:g}")
    used = set()
    for line, figure, about in said:
        if any(figure.is_said_of(each, about) for each in page.shown):
            continue
        listed = [each for each in page.listed if each.says(figure)]
        used.update(listed)
        if not listed:
            mistake(line, f"no program says {figure.text}: expected it in a "
                          "block of this page, or in a comment <!-- figures: "
                          f"{figure.text} source: ... -->")
    for each in page.listed:
        if each not in used:
            mistake(each.line, f"{each.figure.text} is listed and in no "
                               "sentence, or a block shows it")
        if each.key == "from" and not each.is_shown_by(path.parent):
            mistake(each.line, f"{each.value} does not show "
                               f"{each.figure.text}")
    return [sentence for _, sentence in sorted(mistakes)]


def main(arguments):
    paths = [pathlib.Path(each) for each in arguments] or [
        pathlib.Path("README.md"), pathlib.Path("CONTRIBUTING.md"),
        *sorted(pathlib.Path("docs").glob("*.md"))]
    mistakes = [mistake for path in paths for mistake in check(path)]
    print("\n".join(mistakes) if mistakes else
          f"every figure in the sentences of {len(paths)} documents belongs "
          "to a program or says where it comes from")
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
