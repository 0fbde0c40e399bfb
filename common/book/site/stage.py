"""Makes the tree of sources that Sphinx builds the site from: stage.py FOLDER

The documents go there as they are. Where one links to a file of the repository
that is no document, the link leads to a page that shows that file; where it
links to a folder, to a page that lists it. What is on such a page is linked in
turn to nothing.
"""
import json
import os
import re
import sys
from pathlib import Path

from choose_page import with_choice
from handles_form import with_handles
from home import home
from predict_form import with_form
from widget import widget

SOURCE = Path.cwd()
STAGE = Path(sys.argv[1])

# A block of the documents that the script replaces by a player (or the like).
REPLAY = re.compile(r"^<!-- replay: (\S+)[^>]*-->\n(.*?)^<!-- end -->$",
                   re.MULTILINE | re.DOTALL)
OWN_RUN = re.compile(r"^<!-- by hand: without script this stands in the place "
                     r"of the player -->\n(.*?)^<!-- end -->$",
                     re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(\]\()([^)#\s]+)(#[^)\s]*)?(\))")
# (Not .cmake: Pygments cannot read a quotation mark within a text there.)
LANGUAGES = {".cc": "cpp", ".h": "cpp", ".py": "python", ".sh": "bash",
             ".patch": "diff"}
MANIFEST = json.loads((SOURCE / "lessons/lessons.json").read_text())
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")


def write(path, text):
    path = STAGE / path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def source_page(path):
    """The page, below FOLDER, that shows the file or folder `path`."""
    return Path("source") / ("index" if str(path) == "." else str(path) + ".md")


def show_file(path):
    text = (SOURCE / path).read_text()
    language = LANGUAGES.get(path.suffix, "text")
    if path.name == "CMakeLists.txt":
        language = "cmake"
    fence = "`" * 4
    write(source_page(path),
          f"---\norphan: true\nnosearch: true\n---\n# {path.name}\n\n`{path}`\n\n"
          f"{fence}{language}\n{text.rstrip()}\n{fence}\n")


def show_folder(path):
    files = sorted(file for file in (SOURCE / path).rglob("*")
                   if file.is_file() and "__pycache__" not in file.parts)
    lines = []
    for file in files:
        inside = file.relative_to(SOURCE)
        show_file(inside)
        target = os.path.relpath(source_page(inside), source_page(path).parent)
        lines.append(f"- [{inside}]({target})")
    write(source_page(path), f"---\norphan: true\nnosearch: true\n---\n# {path}\n\n"
          + "\n".join(lines) + "\n")


def is_document(path):
    return path.suffix == ".md" and (path.parent == Path("docs")
                                     or path.parent == Path("."))


def with_links(document):
    """The text of a document, its links to other files led to their pages."""
    def lead(match):
        target = match[2]
        if re.match(r"[a-z]+:", target):
            return match[0]
        path = Path(os.path.normpath(document.parent / target))
        if is_document(path) or path.suffix == ".svg":
            return match[0]
        if not (SOURCE / path).exists():
            sys.exit(f"{document}: {target}: there is no such file")
        (show_folder if (SOURCE / path).is_dir() else show_file)(path)
        page = os.path.relpath(source_page(path), document.parent)
        return f"{match[1]}{page}{match[4]}"
    return LINK.sub(lead, (SOURCE / document).read_text())


def with_widgets(document, text):
    """The text of a document, with the places that the script brings to life.

    `document` is its path below the top folder. Beside those of its blocks, a
    chapter has one at its end, where it is ticked as read."""
    def place(match):
        name, static = match.groups()
        file = SOURCE / f"docs/runs/{name}.json"
        if not file.exists():
            sys.exit(f"{document}: replay: {name}: there is no "
                     f"docs/runs/{name}.json")
        recording = json.loads(file.read_text())
        recording.pop("report", None)  # the player shows events only
        return widget("replay", recording, static)
    text = REPLAY.sub(place, text)
    text = OWN_RUN.sub(lambda match: widget("own-run", static=match[1]), text)
    for put in (with_handles, with_form, with_choice):
        text = put(document, text)
    if document.name[:2].isdigit():
        text += "\n\n" + widget("chapter-end", chapter=document.stem) + "\n"
    return text


def toctree(caption, pages, **options):
    lines = [f":caption: {caption}"] + [f":{key}: {value}"
                                        for key, value in options.items()]
    return ("\n```{toctree}\n:hidden:\n" + "\n".join(lines) + "\n\n"
            + "\n".join(pages) + "\n```\n")


def main():
    documents = sorted((SOURCE / "docs").glob("*.md"))
    for path in documents:
        inside = path.relative_to(SOURCE)
        write(inside, with_widgets(inside, with_links(inside)))
    write("docs/figures/.keep", "")
    for figure in (SOURCE / "docs/figures").glob("*.svg"):
        write(figure.relative_to(SOURCE), figure.read_text())

    names = [path.stem for path in documents]
    index = home(with_links(Path("README.md")), MANIFEST, ROMAN,
                 SOURCE / "docs/runs")
    first = ["README", "reading_a_lesson", "glossary"]
    index += toctree("The course", ["Contents <docs/README>"]
                     + [f"docs/{name}" for name in first[1:]])
    lessons = [lesson for lesson in MANIFEST["lessons"] if "question" in lesson]
    for number, (roman, title) in enumerate(zip(ROMAN, MANIFEST["parts"]), 1):
        pages = [f"{lesson['name'].replace('_', ' ', 1)} <docs/{lesson['name']}>"
                 for lesson in lessons if lesson["part"] == number]
        if pages:
            index += toctree(f"{roman}. {title}", pages)
    others = [name for name in names
              if not name[:2].isdigit() and name not in first]
    index += toctree("Beside the chapters", [f"docs/{name}" for name in others]
                     + ["CONTRIBUTING"])
    write("index.md", index)
    write("CONTRIBUTING.md", with_links(Path("CONTRIBUTING.md")))


main()
