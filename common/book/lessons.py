"""What the documents say of the lessons, from lessons/lessons.json."""
import os
import pathlib

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")


def as_markdown(rows):
    """The rows of cells as lines of a table; the first row is its heading.

    A column whose heading ends in ":" is aligned right.
    """
    rules = ["---:" if cell.endswith(":") else "---" for cell in rows[0]]
    heading = [cell.removesuffix(":") for cell in rows[0]]
    lines = [f"| {' | '.join(row)} |" for row in [heading, *rows[1:]]]
    return [lines[0], f"|{'|'.join(rules)}|", *lines[1:]]


def escaped(text):
    """The text of a cell, which "|" would end."""
    return text.replace("|", r"\|")


def number_of(lesson):
    return lesson["name"][:2]


class Writer:
    """Writes what `document` says of the lessons of a manifest."""

    def __init__(self, document, manifest):
        self.document, self.parts = document, manifest["parts"]
        self.all = manifest["lessons"]
        self.written = [each for each in self.all if "question" in each]

    def questions(self):
        """A table of the written lessons with question and answer."""
        return as_markdown([["lesson", "the question", "the answer"]] + [
            [self._chapter(each), escaped(each["question"]),
             escaped(each["answer"])] for each in self.written])

    def contents(self):
        """All lessons, a heading and a table for each part."""
        lines = []
        for part, (roman, title) in enumerate(zip(ROMAN, self.parts), 1):
            rows = [self._row(each) for each in self.all if each["part"] == part]
            lines += ["", f"### Part {roman}. {title}", "", *as_markdown(
                [["", "lesson", "in one line", "builds on", "minutes:"], *rows])]
        return lines[1:]

    def _row(self, lesson):
        name, idea = lesson["name"][3:], escaped(lesson["idea"])
        return [number_of(lesson), *(
            [self._chapter(lesson, name), idea, self._builds_on(lesson),
             str(lesson["minutes"])] if lesson in self.written else
            [name, idea, "", "not written yet"])]

    def this_one(self):
        """In a lesson's chapter: where its files are, how long it takes, what
        comes before and after it. Raises ValueError."""
        name = pathlib.Path(self.document.path).stem
        names = [each["name"] for each in self.written]
        if name not in names:
            raise ValueError(f"{self.document.path} is no lesson's chapter: "
                             f"lessons/lessons.json has no written lesson {name}")
        at, folder, program = names.index(name), f"lessons/{name}", name[3:] + ".cc"
        lesson, before, after = (self.written[at], self.written[:at],
                                 self.written[at + 1:])
        return " ·\n".join(filter(None, [
            "Program: " + self._link(program, f"{folder}/{program}"),
            "Python: " + self._link("twin.py", f"{folder}/twin.py"),
            "New here: " + self._link("how to read a lesson",
                                      "docs/reading_a_lesson.md"),
            "Words: " + self._link("glossary", "docs/glossary.md"),
            f"{self.document.minutes_to_read()} minutes to read, "
            f"{lesson['minutes']} with its runs",
            lesson["after"] and "Builds on: " + self._builds_on(lesson),
            before and "Before: " + self._chapter(before[-1]),
            "Next: " + self._chapter(after[0]) if after else
            "All: " + self._link("contents", "docs/README.md")])).split("\n")

    def _link(self, text, path):
        """"[text](../lessons/04_global/global.cc)"."""
        folder = pathlib.Path(self.document.path).parent
        return f"[{text}]({os.path.relpath(path, folder)})"

    def _chapter(self, lesson, text=""):
        """"[04 global](docs/04_global.md)", or with `text` as its text."""
        return self._link(text or lesson["name"].replace("_", " ", 1),
                          f"docs/{lesson['name']}.md")

    def _builds_on(self, lesson):
        return ", ".join(self._chapter(each, number_of(each))
                         for each in self.all if number_of(each) in lesson["after"])
