"""make grade: a whole class. Each folder of DIR is one hand-in.

What is compiled is compiled two at a time; what is measured is measured alone.
"""
import concurrent.futures
import csv
import html
import os
import sys
import time

import check
import exercises
import sandbox
from exercises import BadUsage, LANGUAGE, plain

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Hand-ins</title>
<style>
body {{ font: 15px/1.5 sans-serif; max-width: 60em; margin: 2em auto;
       padding: 0 1em; color: #222; background: #fff; }}
table {{ border-collapse: collapse; width: 100%; }}
td, th {{ text-align: left; padding: .3em .6em; border-bottom: 1px solid #ccc;
         vertical-align: top; overflow-wrap: anywhere; }}
td.n {{ text-align: right; white-space: nowrap; }}
td:first-child {{ min-width: 9em; }}
pre {{ font-size: 12px; white-space: pre-wrap; overflow-wrap: anywhere;
      background: #f5f5f5; padding: 1em; }}
.full {{ background: #eef7ee; }} .none {{ background: #fbeeee; }}
section {{ break-inside: avoid; }}
@media print {{ body {{ margin: 0; max-width: none; }} a {{ color: inherit; }} }}
</style>
<h1>Hand-ins</h1>
<p>{count} hand-ins · {full} with full points · {none} with none · measured in
{seconds:.0f} s</p>
<table><tr><th>Hand-in</th><th>Exercise</th><th>Points</th><th>Verdict</th></tr>
{rows}</table>
<h2>Reports</h2>
{reports}
</html>
"""


class Row:
    """One hand-in of the class."""

    def __init__(self, folder, number, word):
        self.name = plain(os.path.basename(folder)).replace("\n", "?")
        self.exercise = self.language = ""
        self.points, self.of, self.sentence, self.text = 0, "", "", ""
        try:
            self.hand_in = check.HandIn(folder, number, word)
            self.exercise = self.hand_in.exercise.lesson
            self.language = LANGUAGE[self.hand_in.language]
            self.of = self.hand_in.exercise.points
        except (BadUsage, OSError) as error:
            self.hand_in, self.sentence = None, plain(str(error)).replace(
                "\n", " ")
            self.text = self.sentence

    def build(self, seconds):
        """So that it is there when its turn comes; the check says what failed."""
        if self.hand_in and self.hand_in.exercise.kind == "cure":
            try:
                check.build(self.hand_in.exercise, self.hand_in.language,
                            self.hand_in.source, 4 * seconds)
            except (check.NoPoints, OSError):
                pass

    def measure(self, seconds):
        if self.hand_in:
            try:
                report = check.check(self.hand_in, seconds)
            except OSError as error:  # a full disk, say: keep the other rows
                self.sentence = self.text = plain(f"Not graded: {error}.")
                return
            self.points, self.sentence = report.points, report.sentence
            self.text = report.text()


def add_to(subparsers):
    exercises.command(subparsers, "grade", run, "measures a class",
                      "dir", "n", "in", "csv", "html").add_argument(
        "--seconds", type=float, default=15)


def run(arguments):
    if not os.path.isdir(arguments.dir):
        raise BadUsage(f"{arguments.dir or 'DIR='} is no folder; DIR= names the "
                       "one that has a folder for each hand-in.")
    folders = [entry.path for entry in sorted(os.scandir(arguments.dir),
                                              key=lambda entry: entry.name)
               if entry.is_dir(follow_symlinks=False)
               and not entry.name.startswith(".")]
    others = sorted(set(name for name in os.listdir(arguments.dir)
                        if not name.startswith("."))
                    - {os.path.basename(folder) for folder in folders})
    if not folders:
        raise BadUsage(f"{arguments.dir} has no folder in it: each hand-in is a "
                       "folder.")
    for path in (arguments.csv, arguments.html):
        if path and not os.path.isdir(os.path.dirname(os.path.abspath(path))):
            raise BadUsage(f"{path} cannot be written: its folder is not there.")
    began = time.monotonic()
    rows = [Row(folder, arguments.n, arguments.word) for folder in folders]
    if any(row.language == "C++" for row in rows):
        check.compiler()  # says at once that there is none
    if any(row.language == "Python" for row in rows):
        check.python()
    with concurrent.futures.ThreadPoolExecutor(2) as executor:
        try:
            list(executor.map(lambda row: row.build(arguments.seconds), rows))
        except KeyboardInterrupt:
            sandbox.interrupted.set()
            raise
    for number, row in enumerate(rows, 1):
        if sys.stderr.isatty():
            print(f"\r\033[Kmeasuring {number} of {len(rows)} ...", end="",
                  file=sys.stderr, flush=True)
        row.measure(arguments.seconds)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    seconds = time.monotonic() - began
    width = min(30, max(len(row.name) for row in rows))
    for row in rows:
        points = (f"{row.points:>3} of {row.of:<3}" if row.hand_in
                  else "not graded")
        print(f"{row.name:<{width}}  {points} {row.sentence}")
    print(f"\n{len(rows)} hand-in{'s' * (len(rows) > 1)} in {seconds:.0f} s. "
          + (f"What was measured of each: {arguments.html}" if arguments.html
             else "HTML=class.html writes what was measured of each."))
    if others:
        print(plain("Not graded, for they are no folders: " + ", ".join(others)))
    if sandbox.warning():
        print("\n".join(check.wrapped(sandbox.warning())))
    if arguments.csv:
        with open(arguments.csv, "w", newline="", encoding="utf-8-sig",
                  errors="replace") as file:
            # Quoted: some spreadsheets take semicolons as separators.
            table = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
            table.writerow(["name", "exercise", "language", "points", "of",
                            "verdict"])
            for row in rows:
                table.writerow([for_a_table(row.name), row.exercise,
                                row.language, row.points if row.hand_in else "",
                                row.of,
                                for_a_table(row.sentence)])
    if arguments.html:
        with open(arguments.html, "w", encoding="utf-8",
                  errors="replace") as file:
            file.write(page(rows, seconds))
    return 0 if all(row.hand_in for row in rows) else 1


def for_a_table(text):
    """A spreadsheet takes a cell that begins like this for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@") else text


def page(rows, seconds):
    lines, reports = [], []
    for number, row in enumerate(rows, 1):
        state = ("full" if row.points == row.of else
                 "none" if not row.points else "part")
        lines.append(
            f"<tr class={state}><td><a href='#r{number}'>"
            f"{html.escape(row.name)}</a></td>"
            f"<td>{row.exercise} {row.language}</td>"
            f"<td class=n>"
            f"{f'{row.points} of {row.of}' if row.hand_in else 'not graded'}</td>"
            f"<td>{html.escape(row.sentence)}</td></tr>\n")
        reports.append(f"<section><h3 id=r{number}>{html.escape(row.name)}"
                       f"</h3><pre>{html.escape(row.text)}</pre></section>\n")
    return PAGE.format(
        count=len(rows), seconds=seconds, rows="".join(lines),
        full=sum(row.points == row.of for row in rows),
        none=sum(not row.points for row in rows), reports="".join(reports))
