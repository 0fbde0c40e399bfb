"""Parts of a program's output and of a source file."""
import itertools
import json
import re
import subprocess

# Lines directly above a definition that belong to it: comments, decorators,
# template lines and broken declarators.
ABOVE = re.compile(r" *(//.*|[#@].*|.*[,(<]|template.*|inline|static)")


def excerpt(lines, parts=(), patterns=()):
    """The chosen lines of an output; all of them if nothing is chosen.

    `parts` are sections, each named by the beginning of its heading: a line
    that is not indented. Its section is the indented and empty lines below.
    `patterns` are regular expressions: only lines that match one of them,
    without the columns that are blank in all. Raises ValueError with a sentence
    if a part is not there, or no line is left.
    """
    if parts:
        lines = [line for name in parts for line in ["", *part(lines, name)]]
    if patterns:
        lines = closed_up([line for line in lines if any(
            re.search(pattern, line) for pattern in patterns)])
        if not lines:
            raise ValueError("no line of the output matches " +
                             " or ".join(patterns))
    return trimmed(lines)


def trimmed(lines):
    """The lines without empty ones at the beginning and end."""
    full = [i for i, line in enumerate(lines) if line.strip()] or [0, -1]
    return lines[full[0]:full[-1] + 1]


def part(lines, name):
    headings = [i for i, line in enumerate(lines) if line[:1] not in ("", " ")]
    for begin, end in itertools.pairwise([*headings, len(lines)]):
        if lines[begin].startswith(name):
            return trimmed(lines[begin:end])
    raise ValueError(f'no part begins with "{name}"; the parts begin with: ' +
                     " | ".join(lines[i] for i in headings))


def closed_up(lines):
    """Without the columns that are blank in all lines, but for two in a row."""
    width = max(map(len, lines), default=0)
    used = "".join(" x"[any(line[i:i + 1].strip() for line in lines)]
                   for i in range(width))
    for gap in reversed(list(re.finditer("(?<=  ) +", used))):
        lines = [line[:gap.start()] + line[gap.end():] for line in lines]
    return [line.rstrip(" ") for line in lines]


def indent_of(line):
    return len(line) - len(line.lstrip(" "))


def region(path, name):
    """The lines that define a function, class or variable, not indented.

    With them come the comment, the template line or the decorators above. If
    several have that name, the outermost is meant: a function, not a method.
    Raises ValueError with a sentence.
    """
    lines = path.read_text().split("\n")
    tags = subprocess.run(
        ["ctags", "--output-format=json", "--fields=+ne", "--map-C++=+.h",
         "-o", "-", path], check=True, capture_output=True, text=True).stdout
    found = [tag for tag in map(json.loads, tags.splitlines())
             if f"::{tag.get('scope')}::{tag['name']}".endswith("::" + name)]
    least = min((indent_of(lines[tag["line"] - 1]) for tag in found), default=0)
    found = [tag for tag in found if indent_of(lines[tag["line"] - 1]) == least]
    if len(found) != 1:
        raise ValueError(f'"{name}" is to be defined once there; it is in '
                         f'lines {[tag["line"] for tag in found]}')
    begin, end = found[0]["line"] - 1, found[0].get("end")
    if not end:  # a variable
        end = begin + 1
        while not re.search(r"[;}]\s*(//.*)?$", lines[end - 1]):
            end += 1
    while begin > 0 and indent_of(lines[begin - 1]) == least and \
            ABOVE.fullmatch(lines[begin - 1]):
        begin -= 1
    return without_indent(lines[begin:end])


def cut(lines, first, last):
    """From the first line that contains `first` to the next with `last`.

    An empty text means from the beginning, or to the end. Raises ValueError.
    """
    def find(text, begin):
        for i, line in enumerate(lines[begin:], begin):
            if text in line:
                return i
        raise ValueError(f'no line there holds "{text}"')
    begin = find(first, 0)
    return lines[begin:find(last, begin) + 1 if last else None]


def without_indent(lines):
    """The lines without their common indentation."""
    indent = min((indent_of(line) for line in lines if line), default=0)
    return [line[indent:] for line in lines]
