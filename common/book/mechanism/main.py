"""Draws the pictures of the mechanism: python3 -B common/book/mechanism/main.py

They show how something works, not what was measured. Each is a file of this
folder, how_NAME.py, with its words for those who do not see it, and becomes
docs/figures/how_NAME.svg. With --check nothing is written; the exit status is
1, with a sentence, where a picture is not what would be drawn or a document
describes it in other words.
"""
import argparse
import importlib
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
DOCS = HERE.parents[2] / "docs"


def pictures():
    """For each picture its name, the line that shows it, and its SVG."""
    for path in sorted(HERE.glob("how_*.py")):
        module = importlib.import_module(path.stem)
        picture = module.draw()
        words = f"{picture.title}. {module.WORDS}"
        shown = f"![{words}](figures/{path.stem}.svg)"
        yield path.stem, shown, picture.svg(words)


def faults(docs):
    """What is wrong with the pictures and the documents of a folder."""
    drawn = {name: (shown, svg) for name, shown, svg in pictures()}
    for name, (_, svg) in drawn.items():
        file = docs / "figures" / f"{name}.svg"
        if not file.exists() or file.read_text(encoding="utf-8") != svg:
            yield f"docs/figures/{file.name} is not what {name}.py draws"
    for file in sorted((docs / "figures").glob("how_*.svg")):
        if file.stem not in drawn:
            yield f"docs/figures/{file.name} is drawn by no {file.stem}.py"
    for file in sorted(docs.glob("*.md")):
        for shown in re.finditer(r"!\[[^]]*\]\(figures/(how_\w+)\.svg\)",
                                 file.read_text(encoding="utf-8")):
            if shown[1] not in drawn:
                yield f"docs/{file.name} shows {shown[1]}, which nothing draws"
            elif shown[0] != drawn[shown[1]][0]:
                yield (f"docs/{file.name} does not describe {shown[1]} as "
                       f"{shown[1]}.py does; --markdown prints that")


def main():
    parser = argparse.ArgumentParser(
        description="Draws the pictures of the mechanism.")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--check", action="store_true",
                     help="compare, and write nothing")
    how.add_argument("--markdown", action="store_true",
                     help="print the lines that show them in a chapter")
    parser.add_argument("--docs", type=Path, default=DOCS,
                        help="another folder of documents")
    arguments = parser.parse_args()
    if arguments.check:
        found = list(faults(arguments.docs))
        print(*found, sep="\n", end="\n" if found else "", file=sys.stderr)
        return 1 if found else 0
    for name, shown, svg in pictures():
        if arguments.markdown:
            print(shown, end="\n\n")
        else:
            file = arguments.docs / "figures" / f"{name}.svg"
            file.write_text(svg, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
