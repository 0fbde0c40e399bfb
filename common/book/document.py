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
         "code": ("from", "to"), "table": (), "figure": ("near", "free", "needs"),
         "lessons": (), "proof": ("says", "near", "exit", "needs"),
         "figures": ("source", "definition", "from"),
         "replay": ("needs",), "recording": ("needs",),
         "by hand": ()}
WITHOUT_TEXT = ("proof", "figures", "recording")
# Finds the parts of a document, and does not look into them.
MARKDOWN = markdown_it.MarkdownIt("commonmark").enable("table")
MARKDOWN.core.ruler.enableOnly(["normalize", "block"])
TEXT = ("code_block", "heading_open", "paragraph_open", "table_open")


class Mistake(Exception):
    """An error in a document that its author has to correct."""

    def __init__(self, path, line, sentence):
        super().__init__(f"{path}:{line}: {sentence}")


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
        self._expect(not self._open, self._open, "this block has no <!-- end -->")

    def _expect(self, holds, block, sentence):
        if not holds:
            raise Mistake(self.path, getattr(block, "line", block), sentence)

    def _text(self, kind, begin, end):
        lines = self.lines[begin:end]
        self.paragraphs.append((begin + 1, "\n".join(lines)))
        if kind == "table_open" or lines[0].lstrip().startswith("|"):
            self.uncovered += [
                (line, "a table with figures")
                for line, text in enumerate(lines, begin + 1)
                if re.search("[0-9]", re.sub(r"\]\([^)]*\)", "", text))][:1]

    def _html(self, at, end):
        """Reads lines [at, end): comments, which take whole lines, and other."""
        while at < end:
            first, at = at, at + 1
            if self.lines[first].lstrip().startswith("<!--"):
                while "-->" not in self.lines[at - 1]:
                    self._expect(at < len(self.lines), first + 1,
                                 "this comment has no -->")
                    at += 1
                self._expect(self.lines[at - 1].rstrip().endswith("-->"), at,
                             "nothing may stand behind --> on its line")
                inside = "\n".join(self.lines[first:at]).strip()[4:-3]
                if inside.strip() == "end":
                    self._end(first)
                else:
                    self._begin(first, inside.split("\n"))
            elif not self._open:
                self.paragraphs.append((first + 1, self.lines[first]))

    def _begin(self, at, inside):
        self._expect(not self._open, self._open, "this block has no <!-- end -->")
        pairs = []
        for line, text in enumerate(inside, at + 1):
            key, _, value = (part.strip() for part in text.partition(":"))
            self._expect(value or (pairs and not text.strip()), line,
                         f'"{text.strip()}" says nothing: expected '
                         f'"{key or "output"}: ..."')
            if value and pairs:
                known = KINDS[pairs[0][0]]
                self._expect(key in known, line,
                             f'"{key}" is no option of {pairs[0][0]}: expected '
                             f'{", ".join(known) or "none"}')
            elif value:
                self._expect(key in KINDS, line, f'"{key}" is no kind of block: '
                             f'expected {", ".join(KINDS)} or end')
            pairs += [(key, value)] * bool(value)
        begin = at + len(inside)
        indent = self.lines[at].partition("<!--")[0]
        self._open = Block(*pairs[0], pairs[1:], at + 1, indent, begin, begin, [])
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

    def prose(self):
        """The text outside of all blocks."""
        lines, at = [], 0
        for block in self.blocks:
            lines += self.lines[at:block.line - 1]
            at = block.end
        return "\n".join(lines + self.lines[at:])
