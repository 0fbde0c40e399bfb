"""The program behind `make docs` and `make proof`.

Writes the blocks of README.md and docs/*.md, or of the documents that are named.
With --check it changes nothing, and fails if a text disagrees with its program;
without a document's name it then leaves out the twins, which take longer than
all else together. Run it from the top folder of the source.

It is not the text of the course, which is in docs/. It does not run the lessons
for students: the program of common/course does.
"""
import argparse
import pathlib
import sys

import blocks
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

    def make(self, paths):
        """Checks or writes the documents: paths below the top folder."""
        documents = [document for path in paths for document in self._read(path)]
        self.runs.run_all(command for document in documents
                          for block in document.blocks
                          if not self._is_left_out(block)
                          for command in blocks.commands_of(block))
        for document in documents:
            bodies = [self._body(document, block) for block in document.blocks]
            if self.mode != "check" and \
                    bodies != [block.body for block in document.blocks]:
                (self.runs.source / document.path).write_text(
                    document.with_bodies(bodies))
                self.written.append(document.path)

    def _read(self, path):
        try:
            document = Document(path, (self.runs.source / path).read_text())
        except (Mistake, OSError) as error:
            self.mistakes.append(str(error))
            return
        self.mistakes += [
            f"{path}:{line}: {what} that no comment speaks for: expected "
            "<!-- output: ... --> or one of its kind above it, or <!-- by hand: "
            "WHY -->" for line, what in document.uncovered]
        yield document

    def _is_left_out(self, block):
        return any(command[0] == self.left_out
                   for command in blocks.commands_of(block))

    def _body(self, document, block):
        """What the block says from now on."""
        if self._is_left_out(block):
            self.not_checked += 1
            return block.body
        self.checked += 1
        where = f"{document.path}:{block.line}"
        try:
            fresh = blocks.render(document, block, self.runs,
                                  self.mode == "fresh")
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


def report(book):
    """Prints what a person has to know; returns the exit status."""
    for kind, sentences in (("skipped  ", book.skipped), ("", book.mistakes),
                            ("\n", book.findings), ("written  ", book.written)):
        for each in sentences:
            print(f"{kind}{each}")
    if book.findings or book.mistakes:
        print(f"\n{len(book.findings)} of {book.checked} blocks disagree, "
              f"{len(book.mistakes)} mistakes" +
              "; to write them: make docs" * bool(book.findings))
        return 1
    if book.not_checked:
        print(f"{book.not_checked} blocks of the twins were left out: "
              "make proof ALL=1")
    verb = "agree with" if book.mode == "check" else "are in step with"
    print(f"{book.checked} blocks of the documents {verb} their programs")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.set_defaults(mode="write")
    for mode, does in (("check", "change nothing"),
                       ("fresh", "also replace what agrees")):
        parser.add_argument(f"--{mode}", dest="mode", action="store_const",
                            const=mode, help=does)
    parser.add_argument("--all", action="store_true", help="check twins, too")
    parser.add_argument("--programs", default="build/bin", metavar="FOLDER")
    parser.add_argument("documents", nargs="*", metavar="DOCUMENT")
    arguments = parser.parse_args()
    source = pathlib.Path.cwd()
    for path in arguments.documents:
        if not (source / path).is_file():
            parser.error(f"{path}: expected a document such as docs/04_global.md")
    without_twins = arguments.mode == "check" and not (arguments.documents or
                                                       arguments.all)
    runs = Runs(source, source / arguments.programs,
                lambda command: print("run     ", command, flush=True))
    book = Book(runs, arguments.mode, "course" if without_twins else "")
    book.make(arguments.documents or
              ["README.md", *sorted(map(str, pathlib.Path("docs").glob("*.md")))])
    return report(book)


if __name__ == "__main__":
    sys.exit(main())
