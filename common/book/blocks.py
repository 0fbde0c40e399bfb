"""What each kind of block should say."""
import dataclasses
import html
import json
import os
import pathlib
import re

import charts
import parts
import recordings
from compare import claims_of, compare
from document import lines_of
from lessons import LISTS
from quantities import are_about_equal, mark_quantities
from runs import NotPossible, parsed, words_of
from tables import TABLES, as_markdown

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


def commands_of(block):
    """The commands that must run for a block."""
    if block.kind in ("output", "proof"):
        return [words_of(block.what)]
    if block.kind in ("replay", "recording"):
        return [[*words_of(block.what), "--record"]]
    if block.kind == "table" and block.what in TABLES:
        return TABLES[block.what][0]
    if block.kind == "figure" and block.what in charts.NAMES:
        return charts.commands(block.what)
    return []


def render(document, block, runs, anew=False):
    """Makes the content of `block`: runs, reads or draws.

    A recording that agrees with its run stays, except `anew`. Raises NotPossible
    if this machine cannot, and other exceptions with a sentence.
    """
    manifest = json.loads((runs.source / "lessons/lessons.json").read_text())
    if block.one("needs"):
        check_need(block.one("needs"), manifest["lessons"], runs)
    match block.kind:
        case "output" | "proof":
            return output(document, block, runs)
        case "code":
            return code(block, runs)
        case "table":
            commands, rows = entry(block, TABLES)
            return Fresh(as_markdown(rows(*map(runs.report, commands))))
        case "figure":
            return figure(document, block, runs)
        case "lessons":
            return Fresh(entry(block, LISTS)(manifest, document))
        case "replay" | "recording":
            return replay(block, runs, anew)
    return Fresh(block.body)


def entry(block, entries):
    """The entry that a block names."""
    if block.what not in entries:
        raise ValueError(f'there is no {block.kind} "{block.what}"; there is '
                         f'{", ".join(entries)}')
    return entries[block.what]


def check_need(need, lessons, runs):
    """Raises NotPossible if this machine lacks what a block needs."""
    needing = [each["name"] for each in lessons if each.get("needs") == need]
    if need == "a zero page":
        report = runs.report(["02_read_the_meter"])
        if not report["environment"]["zero_page"]:
            raise NotPossible("this kernel has no zero page")
    elif not needing:
        raise ValueError(f'needs: {need}: expected "a zero page", or what a '
                         "lesson needs")
    elif not (runs.programs / needing[0]).is_file():
        raise NotPossible(f"there is no {need} here")


def fenced(block, lines):
    """The lines between fences. Keeps the language that is there now."""
    now = block.body[0] if block.body else ""
    return [now if re.match("```.", now) else "```text", *lines, "```"]


def output(document, block, runs):
    ran = runs.run(words_of(block.what))
    lines = lines_of(ran.text.replace(f"{runs.source}/", ""))
    expected = f"exit status {block.one('exit') or 0}"
    if ran.status != expected:
        last = ([line for line in lines if line.strip()] or ["nothing"])[-1]
        raise ValueError(f"{block.what} ended with {ran.status} where {expected} "
                         f"is expected; it printed at last: {last}")
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
    """A picture, docs/figures/NAME.svg; its description is what the block says."""
    entry(block, dict.fromkeys(charts.NAMES))
    svg = charts.draw(block.what, runs.report, svg_of=lambda command: runs.run(
        [*command, "--svg"]).file)
    path = f"docs/figures/{block.what}.svg"
    alt = html.unescape(re.search("<desc[^>]*>([^<]*)", svg)[1])
    link = os.path.relpath(path, pathlib.Path(document.path).parent)
    return Fresh([f"![{alt}]({link})"],
                 {"near": block.all("near"), "free": block.all("free")},
                 runs.source / path, svg, WORDS_OF_SVG.findall)


def replay(block, runs, anew):
    """A recording, docs/runs/NAME.json, and what it shows."""
    command = [*words_of(block.what), "--record"]
    ran = runs.run(command)
    recording = parsed(ran.file)
    if not recording or ran.status != "exit status 0":
        raise ValueError(f"{' '.join(command)} wrote no recording, or failed: "
                         f"{ran.status}")
    fresh = Fresh([], {"claims": claims_of(recording["report"]), "near": [""]},
                  runs.source / f"docs/runs/{command[0]}.json", ran.file,
                  lambda text: recordings.words_of(json.loads(text)))
    if not anew and not fresh.differences_from([]):
        fresh.text = fresh.path.read_text()
    if block.kind == "replay":
        fresh.body = recordings.table(parsed(fresh.text))
    return fresh
