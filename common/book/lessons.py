"""What the documents say of the lessons, from lessons/lessons.json.

Lessons that are planned and not written, which have no question, are left out.
"""
import re

from tables import as_markdown

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
WORDS_A_MINUTE = 190  # of a reader whose English is a second language
# Folded parts, comments, and the descriptions of pictures.
NOT_READ = re.compile(r"^\s*<details>.*?^\s*</details>|<!--.*?-->|^\s*!\[.*?$",
                      re.MULTILINE | re.DOTALL)


def written(manifest):
    return [each for each in manifest["lessons"] if "question" in each]


def chapter(lesson, text="", folder=""):
    words = text or lesson["name"].replace("_", " ", 1)
    return f"[{words}]({folder}{lesson['name']}.md)"


def builds_on(lesson, manifest):
    return ", ".join(chapter(each, each["name"][:2])
                     for each in written(manifest)
                     if each["name"][:2] in lesson["after"])


def questions(manifest, _):
    """README.md: a table of the lessons with question and answer."""
    return as_markdown([["lesson", "the question", "the answer"]] + [
        [chapter(each, folder="docs/"), each["question"], each["answer"]]
        for each in written(manifest)])


def contents(manifest, _):
    """docs/README.md: the lessons, a heading and a table for each part."""
    lines = []
    for part, (roman, title) in enumerate(zip(ROMAN, manifest["parts"]), 1):
        lines += ["", f"### Part {roman}. {title}", "", *as_markdown(
            [["", "lesson", "in one line", "builds on", "minutes:"]] + [
                [each["name"][:2], chapter(each, each["name"][3:]),
                 each["idea"], builds_on(each, manifest), str(each["minutes"])]
                for each in written(manifest) if each["part"] == part])]
    return lines[1:]


def this_one(manifest, document):
    """In a lesson's chapter: where its files are, how long it takes, what comes
    before and after it."""
    lessons, name = written(manifest), document.path[5:-3]
    names = [each["name"] for each in lessons]
    if name not in names:
        raise ValueError(f"no written lesson is called {name}")
    at, program = names.index(name), f"{name[3:]}.cc"
    lesson, before, after = lessons[at], lessons[:at], lessons[at + 1:]
    read = NOT_READ.sub("", "\n".join(document.lines))
    words = [word for word in read.split() if re.search("[A-Za-z0-9]", word)]
    minutes = (len(words) + WORDS_A_MINUTE // 2) // WORDS_A_MINUTE
    return " ·\n".join([
        f"Program: [{program}](../lessons/{name}/{program})",
        f"Python: [twin.py](../lessons/{name}/twin.py)",
        "New here: [how to read a lesson](reading_a_lesson.md)",
        "Words: [glossary](glossary.md)",
        f"{minutes} minutes to read, {lesson['minutes']} with its runs",
        *[f"Builds on: {builds_on(lesson, manifest)}"] * bool(lesson["after"]),
        *(f"Before: {chapter(each)}" for each in before[-1:]),
        f"Next: {chapter(after[0])}" if after else
        "All: [contents](README.md)"]).split("\n")


LISTS = {"questions": questions, "contents": contents, "this one": this_one}
