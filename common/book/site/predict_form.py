"""A chapter's "Predict first" as a form (src/predict): its questions, and what the
recorded run has measured. Without script the numbered list stands as it is.
"""
import json
import re
import sys
from pathlib import Path

from widget import widget

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "common/classroom"))
import lessons  # noqa: E402
import predict  # noqa: E402

# The section, up to the next heading.
SECTION = re.compile(r"^## Predict first\n.*?(?=^## )", re.MULTILINE | re.DOTALL)


def data(name):
    """What the form of a lesson needs, or None where no run is recorded."""
    run = ROOT / f"docs/runs/{name}.json"
    if not run.exists():
        return None
    report = json.loads(run.read_text())["report"]
    questions = [dict(question, measured=predict.figure(question["figure"], report))
                 for question in lessons.predictions(name)["questions"]]
    for question in questions:
        del question["figure"]
    symbols = predict.symbols_of(name)
    return {"lesson": name, "names": {**symbols, **predict.names_of(report)},
            "said": [*symbols], "questions": questions}


def with_form(document, text):
    """The text of a document; if it is a lesson's, with its form."""
    if document.stem not in [lesson["name"] for lesson in lessons.asking()]:
        return text
    found = data(document.stem)
    if found is None:
        return text
    return SECTION.sub(lambda section: section[0] + widget("predict", found)
                       + "\n\n", text, count=1)
