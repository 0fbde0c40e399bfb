"""The documents: Markdown in which programs write some blocks.

Such a block is between two comments, which are invisible when rendered:

    <!-- output: 04_global --workers 9
         part: Claims -->
    ```text
    ...
    ```
    <!-- end -->

The first line of the comment says what the block shows. Each further line is an
option.
"""
import dataclasses
import re

import markdown_it

# The kinds of blocks and their options; docs/architecture.md explains them.
KINDS = {"output": ("part", "lines", "free", "near", "within", "says", "exit",
                    "needs"),
         "code": ("from", "to"), "table": (), "lessons": (),
         "figure": ("near", "free", "needs"), "proof": ("says", "near", "exit", "needs"),
         "figures": ("source", "definition", "from"),
         "replay": ("needs",), "recording": ("needs",),
         "by hand": ()}
WITHOUT_TEXT = ("proof", "figures", "recording")
# Finds the parts of a document, and does not look into them.
MARKDOWN = markdown_it.MarkdownIt("commonmark").enable("table")
MARKDOWN.core.ruler.enableOnly(["normalize", "block"])
TEXT = ("code_block", "heading_open", "paragraph_open", "table_open")
# A comment, whether it ends, and what stands behind it; or another line.
HTML = re.compile(r"^[ \t]*<!--((?s:.*?))(-->|\Z)(.*)$|^(.+)$", re.MULTILINE)


class Mistake(Exception):
    """An error in a document that its author has to correct."""


@dataclasses.dataclass
class Block:
    kind: str
    what: str      # after the kind: command, FILE#NAME, reason
    options: list  # of pairs
    line: int      # that of its comment, counted from 1
    indent: str    # before its comment, as in a list
    begin: int     # lines [begin, end) of the document are its body; from 0
    end: int
    body: list     # these lines, without the indent

    def all(self, key):
        """All values of an option, in their order."""
        return [value for name, value in self.options if name == key]

    def one(self, key):
        """The first value of an option, or ""."""
        return (self.all(key) or [""])[0]


def lines_of(text):
    """The lines of a text, without their ends."""
    return text.removesuffix("\n").split("\n") if text else []


class Document:
    """A document taken apart. Raises Mistake."""

    def __init__(self, path, text):
        self.path, self.lines = path, lines_of(text)
        self.blocks = []
        # Fenced blocks, and tables with digits, that are not between such
        # comments: (line, what). Commands for a shell ("sh") need none.
        self.uncovered = []
        # All other text: (number of its first line, text).
        self.paragraphs = []
        self._open = None
        for token in MARKDOWN.parse(text):
            if token.type == "html_block":
                self._html(*token.map)
            elif token.type == "fence":
                if not self._open and token.info.strip() != "sh":
                    self.uncovered.append((token.map[0] + 1, "a fenced block"))
            elif token.type in TEXT and not self._open:
                self._text(token.type, *token.map)
        self._expect_none_open()

    def _expect(self, holds, line, sentence):
        if not holds:
            raise Mistake(f"{self.path}:{line}: {sentence}")

    def _expect_none_open(self):
        self._expect(not self._open, self._open and self._open.line,
                     "this block has no <!-- end -->")

    def _text(self, kind, begin, end):
        lines = self.lines[begin:end]
        self.paragraphs.append((begin + 1, "\n".join(lines)))
        if kind == "table_open" or lines[0].lstrip().startswith("|"):
            self.uncovered += [
                (line, "a table with figures")
                for line, text in enumerate(lines, begin + 1)
                if re.search("[0-9]", re.sub(r"\]\([^)]*\)", "", text))][:1]

    def _html(self, begin, end):
        """Reads lines [begin, end): comments take whole lines."""
        text = "\n".join(self.lines[begin:end])
        for match in HTML.finditer(text):
            at = begin + text.count("\n", 0, match.start())
            inside, closed, behind, other = match.groups()
            if other:
                self.paragraphs += [(at + 1, other)] * (not self._open)
                continue
            self._expect(closed, at + 1, "this comment has no -->")
            self._expect(not behind.strip(), at + 1 + inside.count("\n"),
                         "nothing may stand behind --> on its line")
            if inside.strip() == "end":
                self._end(at)
            else:
                self._begin(at, inside.split("\n"))

    def _begin(self, at, inside):
        self._expect_none_open()
        pairs, known = [], KINDS
        for line, text in enumerate(inside, at + 1):
            key, _, value = (part.strip() for part in text.partition(":"))
            if text.strip() or not pairs:
                self._expect(key in known and value, line,
                             f'"{text.strip()}": expected one of these, and ": '
                             f'...": {", ".join(known) or "none"}')
                pairs.append((key, value))
                known = KINDS[pairs[0][0]]
        begin = at + len(inside)
        indent = self.lines[at].partition("<!--")[0]
        self._open = Block(*pairs[0], pairs[1:], at + 1, indent, begin, begin,
                           [])
        if pairs[0][0] in WITHOUT_TEXT:
            self._end(begin)

    def _end(self, at):
        self._expect(self._open, at + 1, "<!-- end --> ends no block")
        block, self._open = self._open, None
        block.end = at
        block.body = [line.removeprefix(block.indent)
                      for line in self.lines[block.begin:at]]
        self.blocks.append(block)

    def with_bodies(self, bodies):
        """Its text with the bodies of its blocks replaced by `bodies`."""
        lines, at = [], 0
        for block, body in zip(self.blocks, bodies, strict=True):
            lines += self.lines[at:block.begin]
            lines += [line and block.indent + line for line in body]
            at = block.end
        return "\n".join(lines + self.lines[at:]) + "\n"
