"""docs/which_lesson.md: five questions, and the table that they lead through.

Both stand in the document, and are read from there (src/choose asks them):

    1. **Data**: What do all workers need?
       - *one array*: what is meant by that
    ...
    | data | use | ... | cure | costs | lesson |

A cell of a question has "any", or answers with "or" between them. The first row
that fits is the answer. In "costs" a comment names the lesson's claim whose
figure it begins with.

    choose_page.py

writes these figures as the runs in docs/runs have them.
"""
import json
import re
import sys
from pathlib import Path

from widget import widget

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "common/classroom"))
from lessons import plain  # noqa: E402
from predict import shown  # noqa: E402

PAGE = ROOT / "docs/which_lesson.md"
QUESTION = re.compile(r"^\d+\. \*\*(.+?)\*\*: (.+)$")
ANSWER = re.compile(r"^   - \*(.+?)\*: (.+)$")
COSTS = re.compile(r"([\d.,]+(?: bytes| [KMG]iB)?)(.*?) <!-- (.+?) -->$")
LESSON = re.compile(r"\[\d\d\]\((.+?)\.md\)$")


def questions(text):
    """[{"name": "Data", "asks": ..., "answers": [{"name", "says"}]}]"""
    found = []
    part = text.split("\n## The table\n")[0]
    # A line that is further in goes on with the one before.
    for line in re.sub(r"\n {5,}(?=\S)", " ", part).splitlines():
        if begins := QUESTION.match(line):
            found.append({"name": begins[1], "asks": begins[2], "answers": []})
        elif answer := ANSWER.match(line):
            found[-1]["answers"].append(
                {"name": plain(answer[1]), "says": plain(answer[2])})
    return found


def rows(text):
    """[{"when": [["one array"], None for any, ...], "cure": ..., "costs": ...,
    "claim": ..., "lesson": "04_global"}]"""
    found = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != 8 or not LESSON.match(cells[7]):
            continue
        figure, words, claim = COSTS.match(cells[6]).groups()
        found.append({"when": [None if cell == "any" else cell.split(" or ")
                               for cell in cells[:5]],
                      "cure": plain(cells[5]), "costs": figure + words,
                      "figure": figure, "claim": claim,
                      "lesson": LESSON.match(cells[7])[1]})
    return found


def recorded(row):
    """The claim of a row, as its lesson's recorded run has it."""
    report = json.loads((ROOT / f"docs/runs/{row['lesson']}.json").read_text())
    return next(claim for claim in report["report"]["claims"]
                if claim["name"] == row["claim"])


def measured(claim):
    return shown(claim["measured"], "bytes" if claim["unit"] == "bytes" else "number")


def updated(text):
    """The text with the figures of the recorded runs."""
    for row in rows(text):
        text = text.replace(f"| {row['costs']} <!-- {row['claim']} -->",
                            f"| {measured(recorded(row))}"
                            f"{row['costs'][len(row['figure']):]} "
                            f"<!-- {row['claim']} -->")
    return text


def with_choice(document, text):
    """The text of a document; if it is that page, with its questions to answer."""
    if document.stem != PAGE.stem:
        return text
    before, after = text.split("\n## The table\n")
    head, asked = before.split("\n## Five questions\n")
    place = widget("choose", {"questions": questions(text), "rows": rows(text)},
                   asked)
    return f"{head}\n## Five questions\n\n{place}\n\n## The table\n{after}"


if __name__ == "__main__":
    PAGE.write_text(updated(PAGE.read_text()))
