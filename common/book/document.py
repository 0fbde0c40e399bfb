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
         "replay": ("near", "needs"), "recording": ("near", "needs"),
         "by hand": ()}
WITHOUT_TEXT = ("proof", "figures", "recording")
WORDS_A_MINUTE = 190  # of a reader whose English is a second language
# Finds the parts of a document, and does not look into them.
MARKDOWN = markdown_it.MarkdownIt("commonmark").enable("table")
MARKDOWN.core.ruler.enableOnly(["normalize", "block"])
PARTS = ("fence", "html_block", "code_block", "heading_open", "paragraph_open",
         "table_open")


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
            elif token.type in PARTS and not self._open:
                self._part(token, *token.map)
        if self._open:
            self._never_ended()

    def _part(self, token, begin, end):
        lines = self.lines[begin:end]
        if token.type == "fence":
            if token.info.strip() != "sh":
                self.uncovered.append((begin + 1, "a fenced block"))
            return
        self.paragraphs.append((begin + 1, "\n".join(lines)))
        if token.type == "table_open" or lines[0].lstrip().startswith("|"):
            for line, text in enumerate(lines, begin + 1):
                if re.search("[0-9]", re.sub(r"\]\([^)]*\)", "", text)):
                    self.uncovered.append((line, "a table with figures"))
                    return

    def _html(self, at, end):
        while at < end:
            first = at
            if not self.lines[at].lstrip().startswith("<!--"):
                if not self._open:
                    self.paragraphs.append((at + 1, self.lines[at]))
                at += 1
                continue
            while "-->" not in self.lines[at]:
                at += 1
                if at == len(self.lines):
                    raise Mistake(self.path, first + 1, "this comment has no -->")
            at += 1
            self._comment(first, [each.strip(" \t")
                                  for each in self.lines[first:at]])

    def _comment(self, at, inside):
        if not inside[-1].endswith("-->"):
            raise Mistake(self.path, at + len(inside),
                          "nothing may stand behind --> on its line")
        inside[0] = inside[0].removeprefix("<!--")
        inside[-1] = inside[-1].removesuffix("-->")
        if len(inside) == 1 and inside[0].strip() == "end":
            self._end(at)
            return
        if self._open:
            self._never_ended()
        kind, what = self._key_and_value(at, inside[0])
        if kind not in KINDS:
            raise Mistake(self.path, at + 1, f'"{kind}" is no kind of block: '
                          f"expected {', '.join(KINDS)} or end")
        options = []
        for i, text in enumerate(inside[1:], at + 1):
            if text.strip(" \t"):
                options.append(self._key_and_value(i, text))
                self._check_option(i, kind, options[-1][0])
        begin = at + len(inside)
        indent = self.lines[at].partition("<!--")[0]
        self._open = Block(kind, what, options, at + 1, indent, begin, begin, [])
        if kind in WITHOUT_TEXT:
            self._end(begin)

    def _check_option(self, at, kind, key):
        if not KINDS[kind]:
            raise Mistake(self.path, at + 1,
                          f'{kind} has no options, and so not "{key}"')
        if key not in KINDS[kind]:
            raise Mistake(self.path, at + 1, f'"{key}" is no option of {kind}: '
                          f"expected {', '.join(KINDS[kind])}")

    def _end(self, at):
        block, self._open = self._open, None
        if not block:
            raise Mistake(self.path, at + 1, "<!-- end --> ends no block")
        block.end = at
        block.body = [line.removeprefix(block.indent)
                      for line in self.lines[block.begin:at]]
        self.blocks.append(block)

    def _key_and_value(self, at, text):
        key, _, value = (part.strip(" \t") for part in text.partition(":"))
        if not value:
            raise Mistake(self.path, at + 1, f'"{text.strip()}" says nothing: '
                          f'expected "{key or "output"}: ..."')
        return key, value

    def _never_ended(self):
        raise Mistake(self.path, self._open.line, "this block has no <!-- end -->")

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

    def minutes_to_read(self):
        """Does not count comments, folded parts (<details>), and the
        descriptions of pictures."""
        words, folded, comment = 0, False, False
        for line in self.lines:
            text = line.strip(" \t")
            folded = text != "</details>" and (folded or
                                               text.startswith("<details>"))
            comment = comment or "<!--" in line
            if not (folded or comment or text.startswith("![")):
                words += len(re.findall("[^ \t]*[A-Za-z0-9][^ \t]*", line))
            comment = comment and "-->" not in line
        return (words + WORDS_A_MINUTE // 2) // WORDS_A_MINUTE
