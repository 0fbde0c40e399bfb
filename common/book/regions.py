"""Parts of source files, found by the names of their definitions."""
import ast
import json
import re
import subprocess

LANGUAGES = {".cc": "cpp", ".h": "cpp", ".py": "python", ".cmake": "cmake"}
# Lines directly above a definition that belong to it: comments, decorators,
# template lines and broken declarators.
ABOVE = {"cpp": r"//.*|.*[,(<]|template.*|inline|static", "python": "[#@].*"}


class NoRegion(Exception):
    """A part that is not in its file, or more than once: a sentence."""


def language_of(path):
    """"cpp", "python", "cmake" or "text", by the file's name."""
    return "cmake" if path.name == "CMakeLists.txt" else \
        LANGUAGES.get(path.suffix, "text")


def indent_of(line):
    return len(line) - len(line.lstrip(" "))


def region(path, name):
    """The lines that define `name`, a function, class or variable, not indented.

    With them come the comment, the template line or the decorators above. If
    several have that name, the outermost is meant: a function, not a method; and
    a definition rather than a declaration. Raises NoRegion.
    """
    lines = path.read_text().split("\n")
    language = language_of(path)
    found = (in_cpp(path, lines, name) if language == "cpp" else
             in_python(lines, name) if language == "python" else [])
    least = min((indent_of(lines[begin]) for begin, _ in found), default=0)
    found = sorted(span for span in found if indent_of(lines[span[0]]) == least)
    spans = []
    for begin, end in found:
        while begin > 0 and indent_of(lines[begin - 1]) == least and \
                re.fullmatch(ABOVE[language], lines[begin - 1].strip()):
            begin -= 1
        spans.append((begin, end))
    if not spans:
        raise NoRegion(f'nothing there is called "{name}"')
    if len(spans) > 1:
        numbers = ", ".join(str(begin + 1) for begin, _ in spans)
        raise NoRegion(f'"{name}" is defined more than once, in lines {numbers}')
    return without_indent(lines[slice(*spans[0])])


def in_cpp(path, lines, name):
    """The lines [begin, end) of what universal-ctags says is called so."""
    tags = subprocess.run(
        ["ctags", "--output-format=json", "--fields=+ne", "--kinds-C++=+px",
         "--language-force=C++", "-o", "-", path],
        check=True, capture_output=True, text=True).stdout
    definitions, declarations = [], []
    for tag in map(json.loads, tags.splitlines()):
        if f"::{tag.get('scope')}::{tag['name']}".endswith("::" + name):
            end = tag.get("end", tag["line"])
            while not re.search(r"[;}]\s*(//.*)?$", lines[end - 1]):
                end += 1
            (declarations if tag["kind"] == "prototype" else definitions).append(
                (tag["line"] - 1, end))
    return definitions or declarations


def in_python(lines, name):
    tree = ast.parse("\n".join(lines))
    found = [node for node in ast.walk(tree)
             if isinstance(node, (ast.FunctionDef, ast.ClassDef))
             and node.name == name] + [
        node for node in tree.body for target in getattr(node, "targets", [])
        if getattr(target, "id", None) == name]
    return [(node.lineno - 1, node.end_lineno) for node in found]


def cut(lines, first, last):
    """From the first line that contains `first` to the next with `last`.

    An empty text means from the beginning, or to the end. Raises NoRegion.
    """
    def find(text, begin):
        for i, line in enumerate(lines[begin:], begin):
            if text in line:
                return i
        raise NoRegion(f'no line there holds "{text}"')
    begin = find(first, 0) if first else 0
    return lines[begin:find(last, begin) + 1 if last else None]


def without_indent(lines):
    """The lines without their common indentation."""
    indent = min((indent_of(line) for line in lines if line), default=0)
    return [line[indent:] for line in lines]
