"""What the classroom knows of a lesson: the manifest's entry, the part of its
chapter that asks for predictions, its predict.json, and its figures, measured.
"""
import json
import os
import re
import subprocess

from exercises import BUILD, ROOT, BadUsage, read

PREDICT = "lessons/%s/exercise/predict.json"


def source(path):
    """The text of a file of the source: source("docs/04_global.md")."""
    return read(os.path.join(ROOT, path))


def written():
    """The manifest's entries of the lessons that have a program."""
    return [lesson for lesson in json.loads(source("lessons/lessons.json"))
            ["lessons"] if "question" in lesson]


def find(number):
    """The written lesson "04", "4" or "04_global"."""
    for lesson in written():
        name = lesson["name"]
        if number == name or (re.fullmatch(r"\d{1,2}", number)
                              and int(number) == int(name[:2])):
            return lesson
    raise BadUsage("There is no lesson N=%s; there are: %s." % (
        number, ", ".join(lesson["name"][:2] for lesson in written())))


def program_of(name):
    return os.path.join(BUILD, "bin", name)


def can_run(lesson):
    """False for a lesson that needs what this machine lacks: it is not built."""
    return "needs" not in lesson or os.path.exists(program_of(lesson["name"]))


def report(name):
    """The JSON of a run of the lesson with its usual flags."""
    program = program_of(name)
    try:
        ran = subprocess.run([program, "--json", "-"], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, encoding="utf-8",
                             stdin=subprocess.DEVNULL)
    except OSError as error:
        raise BadUsage("%s cannot be run (%s): `make lessons` builds it" % (
            program, error.strerror))
    if ran.returncode not in (0, 1) or not ran.stdout.startswith("{"):
        raise BadUsage("%s ended with status %d: %s" % (
            program, ran.returncode, ran.stderr.strip() or "it said nothing"))
    return json.loads(ran.stdout)


def predict_first(name):
    """The chapter's section "Predict first" as blocks, (kind, text) each: a
    "text", a "bullet" or an "item" of its numbered list, in one line each and
    with its Markdown."""
    chapter = source("docs/%s.md" % name)
    found = re.search(r"^## Predict first\n(.*?)^## ", chapter, re.M | re.S)
    blocks = []
    for line in (found.group(1) if found else "").splitlines():
        begins = re.match(r"(- |\d+\. )(.*)", line)
        if begins:
            kind = "bullet" if begins.group(1) == "- " else "item"
            blocks.append([kind, begins.group(2)])
        elif not line.strip():
            blocks.append(None)
        elif blocks and blocks[-1]:
            blocks[-1][1] += " " + line.strip()
        else:
            blocks.append(["text", line])
    return [tuple(block) for block in blocks if block]


def plain(markdown):
    """Its words, without marks for bold, code and links."""
    words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", markdown)
    return re.sub(r"[*`]", "", words)


def asked(item):
    """A chapter's item as predict.json has it: "the RSS of one worker"."""
    return plain(item).rstrip(";.?")


def asking():
    """The written lessons that have predictions."""
    return [lesson for lesson in written()
            if os.path.exists(os.path.join(ROOT, PREDICT % lesson["name"]))]


def predictions(name):
    """predict.json: {"minutes": 12, "questions": [{...}, ...]}. What each field
    means stands in predict.py."""
    path = PREDICT % name
    try:
        given = json.loads(source(path))
    except OSError:
        raise BadUsage("%s asks for no predictions yet: it has no %s."
                       % (name, path))
    except ValueError as error:
        raise BadUsage("%s is no JSON: %s" % (path, error))
    items = [asked(text) for kind, text in predict_first(name)
             if kind == "item"]
    asks = [question.get("asks") for question in given.get("questions", [])]
    if items != asks:
        raise BadUsage("%s asks for %s, but \"Predict first\" in docs/%s.md for %s"
                      % (path, asks, name, items))
    return given
