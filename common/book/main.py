"""The program behind `make docs` and `make proof`.

Writes the blocks of README.md and docs/*.md, or of the documents that are
named. With `check` it changes nothing, and fails if a text disagrees with its
program; without a document's name it then leaves out the twins, which take
longer than all else together. Run it from the top folder of the source.

It is not the text of the course, which is in docs/. It does not run the lessons
for students: the program of common/course does.
"""
import argparse
import pathlib
import sys
from concurrent import futures

from blocks import render
from document import Document, Mistake
from runs import NotPossible, Runs


class Book:
    """Documents that are written or checked, and what was found."""

    def __init__(self, runs, mode, left_out=""):
        """`mode` is "check" (changes nothing), "write" (replaces what
        disagrees) or "fresh" (replaces everything). The blocks of the program
        `left_out` stay as they are."""
        self.runs, self.mode, self.left_out = runs, mode, left_out
        self.checked = self.not_checked = 0  # blocks
        self.findings, self.mistakes, self.skipped = [], [], []  # sentences
        self.written = []  # paths

    def make(self, path):
        """Checks or writes a document: its path below the top folder."""
        try:
            document = Document(path, (self.runs.source / path).read_text())
        except (Mistake, OSError) as error:
            self.mistakes.append(str(error))
            return
        self.mistakes += [
            f"{path}:{line}: {what} that no comment speaks for: expected "
            "<!-- output: ... --> or one of its kind above it, or <!-- by "
            "hand: WHY -->" for line, what in document.uncovered]
        bodies = [self._body(document, block) for block in document.blocks]
        if self.mode != "check" and \
                bodies != [block.body for block in document.blocks]:
            (self.runs.source / path).write_text(document.with_bodies(bodies))
            self.written.append(path)

    def _body(self, document, block):
        """What the block says from now on."""
        if block.kind in ("output", "proof") and \
                block.what.split()[0] == self.left_out:
            self.not_checked += 1
            return block.body
        self.checked += 1
        where = f"{document.path}:{block.line}"
        try:
            fresh = render(document, block, self.runs, self.mode == "fresh")
        except NotPossible as reason:
            self.skipped.append(f"{where}: {str(reason).strip()}")
            return block.body
        except Exception as error:  # whatever its author has to correct
            self.mistakes.append(f"{where}: {error}")
            return block.body
        differences = fresh.differences_from(block.body)
        if not differences and self.mode != "fresh":
            return block.body
        if self.mode == "check":
            self.findings.append("\n".join([f"{where}: {block.what}"] + [
                f"  line {block.begin + 1 + line}: {why}"
                for line, why in differences]))
        elif fresh.path:
            fresh.path.parent.mkdir(parents=True, exist_ok=True)
            fresh.path.write_text(fresh.text)
        return fresh.body

    def report(self):
        """Prints what a person has to know; returns the exit status."""
        for kind, sentences in (
                ("skipped  ", self.skipped), ("", self.mistakes),
                ("\n", self.findings), ("written  ", self.written)):
            print(*(f"{kind}{each}\n" for each in sorted(sentences)), sep="",
                  end="")
        if self.not_checked:
            print(f"{self.not_checked} blocks of the twins were left out: "
                  "make proof ALL=1")
        failed = self.findings + self.mistakes
        print(f"{self.checked} blocks agree with their programs" if not failed
              else f"{len(self.findings)} of {self.checked} blocks disagree, "
              f"{len(self.mistakes)} mistakes; to write them: make docs")
        return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("mode", choices=("check", "write", "fresh"), help=(
        "change nothing, replace what disagrees, or everything"))
    parser.add_argument("--all", action="store_true", help="check twins, too")
    parser.add_argument("--programs", default="build/bin", metavar="FOLDER")
    parser.add_argument("documents", nargs="*", metavar="DOCUMENT")
    given = parser.parse_intermixed_args()
    source = pathlib.Path.cwd()
    without_twins = given.mode == "check" and not (given.documents or given.all)
    book = Book(Runs(source, source / given.programs), given.mode,
                "course" if without_twins else "")
    # Not beside `course`: it runs the lessons that another document may run.
    with futures.ThreadPoolExecutor(2 if without_twins else 1) as pool:
        list(pool.map(book.make, given.documents or ["README.md", *sorted(
            map(str, pathlib.Path("docs").glob("*.md")))]))
    return book.report()


if __name__ == "__main__":
    sys.exit(main())
