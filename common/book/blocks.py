"""What each kind of block should say."""
import dataclasses
import html
import json
import os
import pathlib
import re
import shlex
import shutil

import charts
import parts
import recordings
from compare import claims_of, compare
from document import lines_of
from lessons import LISTS
from quantities import are_about_equal, mark_quantities
from runs import NotPossible
from tables import TABLES, as_markdown

# What a machine may lack, and whether it has that.
NEEDS = {"Open MPI": lambda runs: shutil.which("mpirun"),
         "a zero page": lambda runs: runs.run(
             ["02_read_the_meter"]).report["environment"]["zero_page"]}
# Without the numbers of an axis: how many it has depends on the figures.
WORDS_OF_SVG = re.compile(
    r"<(?:text|tspan|title|desc)[^>]*>([^<]*[^<\d.,][^<]*)")


@dataclasses.dataclass
class Fresh:
    """What a block should say."""
    body: list
    slack: dict = dataclasses.field(default_factory=dict)  # for `compare`
    # For a picture or a recording: its file, what that should contain, and the
    # function that makes the lines to compare of it.
    path: pathlib.Path = None
    text: str = ""
    lines: object = None

    def differences_from(self, body):
        """How a block's body, or else its file, differs from this."""
        found = compare(body, self.body, **self.slack)
        if found or not self.path:
            return found
        try:
            old = self.lines(self.path.read_text())
        except (OSError, LookupError, TypeError, ValueError) as error:
            return [(0, str(error))]
        return compare(old, self.lines(self.text), **self.slack)


def render(document, block, runs, anew=False):
    """Makes the content of `block`: runs, reads or draws.

    A recording that agrees with its run stays, except `anew`. Raises
    NotPossible if this machine cannot, and other exceptions with a sentence.
    """
    for need in block.all("needs"):
        if not entry("needs", need, NEEDS)(runs):
            raise NotPossible(f"there is no {need.removeprefix('a ')} here")
    match block.kind:
        case "output" | "proof":
            return output(document, block, runs)
        case "code":
            return code(block, runs)
        case "table":
            commands, rows = entry("table", block.what, TABLES)
            ran = [runs.run(command.split()) for command in commands]
            return Fresh(as_markdown(rows(*(
                each.report or json.loads(each.text) for each in ran))))
        case "figure":
            return figure(document, block, runs)
        case "lessons":
            manifest = (runs.source / "lessons/lessons.json").read_text()
            return Fresh(entry("lessons", block.what, LISTS)(
                json.loads(manifest), document))
        case "replay" | "recording":
            return replay(block, runs, anew)
    return Fresh(block.body)


def entry(kind, name, entries):
    if name not in entries:
        raise ValueError(f'there is no {kind} "{name}"; there is '
                         f'{", ".join(entries)}')
    return entries[name]


def fenced(block, lines):
    """The lines between fences. Keeps the language that is there now."""
    now = block.body[0] if block.body else ""
    return [now if re.match("```.", now) else "```text", *lines, "```"]


def output(document, block, runs):
    ran = runs.run(shlex.split(block.what))
    lines = lines_of(ran.text.replace(f"{runs.source}/", ""))
    expected = int(block.one("exit") or 0)
    if ran.status != expected:
        last = ([line for line in lines if line.strip()] or ["nothing"])[-1]
        raise ValueError(f"{block.what} ended with exit status {ran.status} "
                         f"where {expected} is expected; it printed at last: "
                         f"{last}")
    check_prose(document, block, lines)
    if block.kind == "proof":
        return Fresh([])
    lines = parts.excerpt(lines, block.all("part"), block.all("lines"))
    return Fresh(fenced(block, lines), {
        "claims": claims_of(ran.report), "free": block.all("free"),
        "near": block.all("near"), "within": sum(
            each.value for each in mark_quantities(block.one("within"))[1])})


def check_prose(document, block, lines):
    """The figures that the prose takes from a run ("says") must be in its
    output and in the prose."""
    printed = [figure for line in lines for figure in mark_quantities(line)[1]]
    near = bool(block.one("near"))
    for said in mark_quantities(" ; ".join(block.all("says")))[1]:
        if not any(are_about_equal(said, figure, near) for figure in printed):
            raise ValueError(f"{block.what} does not print {said.text}, which "
                             "the prose says")
        if not any(said.text.split()[0] in text for _, text in
                   document.paragraphs):
            raise ValueError(f"{said.text} is to be in the prose, and is not")


def code(block, runs):
    """"FILE", "FILE#NAME" or "FILE#NAME, NAME"."""
    name, _, names = block.what.partition("#")
    path, lines = runs.source / name, []
    for each in names.split(",") if names else []:
        lines += [""] * bool(lines) + parts.region(path, each.strip())
    lines = parts.cut(lines or lines_of(path.read_text()), block.one("from"),
                      block.one("to"))
    return Fresh(fenced(block, parts.without_indent(lines)))


def figure(document, block, runs):
    """A picture, docs/figures/NAME.svg; the block says its description."""
    entry("figure", block.what, charts.FIGURES)
    svg = charts.draw(block.what, runs.run)
    path = f"docs/figures/{block.what}.svg"
    alt = html.unescape(re.search("<desc[^>]*>([^<]*)", svg)[1])
    link = os.path.relpath(path, pathlib.Path(document.path).parent)
    return Fresh([f"![{alt}]({link})"],
                 {"near": block.all("near"), "free": block.all("free")},
                 runs.source / path, svg, WORDS_OF_SVG.findall)


def replay(block, runs, anew):
    """A recording, docs/runs/NAME.json, and what it shows."""
    command = [*shlex.split(block.what), "--record"]
    ran = runs.run(command)
    if ran.status:
        raise ValueError(f"{' '.join(command)} ended with exit status "
                         f"{ran.status}")
    report = json.loads(ran.file)["report"]
    fresh = Fresh([], {"claims": claims_of(report), "near": [""]},
                  runs.source / f"docs/runs/{command[0]}.json", ran.file,
                  lambda text: recordings.words_of(json.loads(text)))
    if not anew and not fresh.differences_from([]):
        fresh.text = fresh.path.read_text()
    if block.kind == "replay":
        fresh.body = recordings.table(json.loads(fresh.text))
    return fresh
