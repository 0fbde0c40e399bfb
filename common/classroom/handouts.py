"""handouts: a sheet to predict on for each lesson, and one with the answers,
which are measured while this runs; pages of HTML that need nothing beside them
and print on one side of A4 or Letter each.
"""
import html
import os
import re

from exercises import BUILD, value, write
from lessons import asking, can_run, predict_first, predictions, report
from predict import figure, names_of, shown

STYLE = """
@page { margin: 12mm 16mm }
* { box-sizing: border-box }
body { font: 10.5pt/1.4 Georgia, "Times New Roman", serif; color: #000;
       background: #fff; max-width: 178mm; margin: 0 auto }
@media screen { body { padding: 8mm } }
header { display: flex; justify-content: space-between; font-size: 9pt;
         color: #444; border-bottom: .5pt solid #000; padding-bottom: 1mm }
h1 { font-size: 17pt; line-height: 1.2; margin: 4mm 0 1mm }
.asks { font-style: italic; font-size: 12pt; margin: 0 0 3mm }
p { margin: 0 0 2mm }
ul { margin: 0 0 2mm; padding-left: 5mm }
code { white-space: nowrap; font: 9.5pt/1.3 "DejaVu Sans Mono", Menlo, Consolas, monospace }
table { width: 100%; border-collapse: collapse; margin: 3mm 0;
        page-break-inside: avoid }
th { font-size: 9pt; font-weight: normal; color: #444; text-align: left;
     padding: 0 2mm 1mm 0 }
td { border-top: .5pt solid #999; padding: 1.2mm 2mm 1.2mm 0;
     vertical-align: top }
tr:last-child td { border-bottom: .5pt solid #999 }
.number { width: 7mm }
.blank { width: 40mm; height: 12.5mm; vertical-align: bottom; text-align: right;
         font-size: 8.5pt; color: #444; border-left: .5pt solid #999 }
.figure { width: 24mm; font-weight: bold; white-space: nowrap }
.why { border-bottom: .5pt dotted #888; height: 7.5mm }
.wrong { font-size: 8.5pt; line-height: 1.25; margin: .5mm 0 0; color: #222 }
.run { margin-top: 4mm; padding: 2mm 3mm; border: .5pt solid #000 }
.small { font-size: 8.5pt; color: #444 }
"""

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>%s</title>
<style>%s</style>
</head>
<body>
%s
</body>
</html>
"""


def add_to(subparsers):
    parser = subparsers.add_parser("handouts", help="sheets to print")
    parser.set_defaults(run=run)


def marked(markdown):
    """A line of Markdown as HTML: code, bold, emphasis, links as their text."""
    text = html.escape(re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", markdown))
    for mark, tag in (("`", "code"), (r"\*\*", "b"), (r"\*", "em")):
        text = re.sub("%s(.+?)%s" % (mark, mark), r"<%s>\1</%s>" % (tag, tag),
                      text)
    return text


def top(lesson, right):
    return ("<header><span>cowpool: Copy-on-Write by Experiment</span>"
            "<span>%s</span></header>\n<h1>%s</h1>\n<p class=asks>%s</p>" % (
                right, lesson["name"].replace("_", " ", 1),
                html.escape(lesson["question"])))


def unit_of(question):
    if question["unit"] == "number":
        return ""
    return "MiB" if "slack" in question else "bytes"


def row(k, item, unit):
    words = marked(item.rstrip(";."))
    return ("<tr><td class=number>%d<td>%s<td class=blank>%s<td class=blank>%s"
            % (k, words, unit, unit))


def sheet(lesson, questions):
    parts = [top(lesson, "Name: " + "_" * 30)]
    blocks = predict_first(lesson["name"])
    head = ("<table><tr><th><th>Before you run it<th>I predict<th>measured")
    k = 0
    for at, (kind, text) in enumerate(blocks):
        before = blocks[at - 1][0] if at else ""
        after = blocks[at + 1][0] if at + 1 < len(blocks) else ""
        if kind == "item":
            if before != "item":
                parts.append(head)
            parts.append(row(k + 1, text, unit_of(questions[k])))
            k += 1
            if after != "item":
                parts.append("</table>")
        elif kind == "bullet":
            parts.append(("" if before == "bullet" else "<ul>") + "<li>"
                         + marked(text) + ("" if after == "bullet" else "</ul>"))
        else:
            parts.append("<p>%s</p>" % marked(text))
    parts.append("<p class=small>What made you think so?</p>"
                 + "<div class=why></div>" * 4)
    parts.append(
        "<div class=run>Then run it and write the figures beside yours: "
        "<code>make lesson N=%s</code><br>or answer at the terminal and see both "
        "at once: <code>make predict N=%s</code></div>" % (
            (lesson["name"][:2],) * 2))
    return PAGE % (lesson["name"], STYLE, "\n".join(parts))


def answers(lesson, questions, found):
    names = names_of(found)
    parts = [top(lesson, "for the teacher"),
             "<p><b>%s</b></p>" % html.escape(lesson["answer"]),
             "<table><tr><th><th>Question, and what a wrong answer usually means"
             "<th>measured"]
    for k, question in enumerate(questions):
        wrong = "".join(
            "<p class=wrong><b>%s</b>: %s</p>" % (
                usual(formula, question, names), html.escape(text))
            for formula, text in question["wrong"])
        parts.append("<tr><td class=number>%d<td>%s%s<td class=figure>%s" % (
            k + 1, html.escape(question["asks"]), wrong,
            shown(figure(question["figure"], found), question["unit"])))
    parts.append("</table>")
    parts.append("<p class=small>Measured on %s with %s of data and %d "
                 "workers. Right is within 5 %%, or where the rest of a process "
                 "counts too, within a few MiB.<br>Why: docs/%s.md.</p>" % (
                     html.escape(found["environment"]["kernel"]),
                     shown(names["D"], "bytes"), names["N"], lesson["name"]))
    return PAGE % (lesson["name"] + ", the answers", STYLE, "\n".join(parts))


def usual(formula, question, names):
    """"(N+1)·D, 320.0 MiB"."""
    figures = shown(int(round(value(formula, names))), question["unit"])
    text = formula.replace("*", "·").replace("-", "−")
    return figures if formula.isdigit() else "%s, %s" % (text, figures)


def make():
    folder = os.path.join(BUILD, "handouts")
    os.makedirs(folder, exist_ok=True)
    rows = []
    for lesson in filter(can_run, asking()):
        name = lesson["name"]
        given = predictions(name)
        write(os.path.join(folder, name + ".html"),
              sheet(lesson, given["questions"]))
        write(os.path.join(folder, name + "_answers.html"),
              answers(lesson, given["questions"], report(name)))
        rows.append("<tr><td class=number>%s<td>%s<td class=figure>%d minutes"
                    "<td class=figure><a href=%s.html>predict</a><td class=figure>"
                    "<a href=%s_answers.html>answers</a>" % (
                        name[:2], html.escape(lesson["question"]),
                        given["minutes"], name, name))
    write(os.path.join(folder, "index.html"), PAGE % (
        "Handouts", STYLE, "<h1>Handouts</h1>\n<p>One page each, for A4 or "
        "Letter.</p>\n<table>" + "\n".join(rows) + "</table>"))
    return folder


def run(arguments):
    print("%s/index.html" % os.path.relpath(make()))
    return 0
