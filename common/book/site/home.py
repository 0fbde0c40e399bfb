"""What the first page of the site has instead of tables and pictures of
README.md: the picture that moves, and the course at a glance."""
import html
import json
import re

from widget import widget

# Sent, inherited, written to: the whole idea. Of each recorded run the part
# that leads to one of its moments, counted from the first or from the last.
STORY = (("01_pass_self", 0), ("04_global", 0), ("08_page_map", -1))

ACTIONS = """
<div class="home-actions">

- [Begin with lesson 01](docs/01_pass_self.md)
- [My workers eat the memory](docs/cowtop.md)
- [Cures, before and after](docs/recipes.md)

</div>
"""


def part(recording, number):
    """A recording up to one of its moments, and the event at which the part
    that leads there begins."""
    events = recording["events"]
    moments = [i for i, event in enumerate(events) if event.get("moment")]
    end = moments[number]
    begin = max((i + 1 for i in moments if i < end), default=0)
    # The workers of the part before have ended, and its data is given back.
    while len(events[begin]["figures"]) > 1 or \
            "filled" not in events[begin]["what"]:
        begin += 1
    recording.pop("report", None)
    return {"recording": recording | {"events": events[:end + 1]},
            "begin": begin}


def story(static, runs):
    """The picture that moves, around the one that does not."""
    paths = [runs / f"{name}.json" for name, _ in STORY]
    if not all(path.exists() for path in paths):
        return static
    recordings = [json.loads(path.read_text()) for path in paths]
    run = recordings[0]["report"]["parameters"]
    return widget("story", {
        "setting": f"{run['data'] >> 20} MiB of data, {run['workers']} workers",
        "parts": [part(recording, number) for recording, (_, number)
                  in zip(recordings, STORY)]}, static)


def hours(minutes):
    return f"{minutes // 60} h {minutes % 60:02} min"


def card(lesson):
    number, name = lesson["name"].split("_", 1)
    after = ", ".join(lesson["after"])
    needs = f' · needs {lesson["needs"]}' if "needs" in lesson else ""
    return (f'<li data-chapter="{lesson["name"]}">\n'
            f'<a href="docs/{lesson["name"]}.html"><b>{number}</b> '
            f'{html.escape(name.replace("_", " "))}</a>\n'
            f'<span class="course-minutes">{lesson["minutes"]} min</span>\n'
            f'<p>{html.escape(lesson["question"])}</p>\n'
            f'<details><summary>the answer</summary>'
            f'{html.escape(lesson["answer"])}</details>\n'
            f'<small>{"builds on " + after if after else "builds on nothing"}'
            f'{needs}</small>\n</li>')


def course(manifest, parts):
    """The course at a glance: a card for each lesson, with its minutes."""
    lines = []
    lessons = [each for each in manifest["lessons"] if "question" in each]
    for number, (roman, title) in enumerate(zip(parts, manifest["parts"]), 1):
        mine = [each for each in lessons if each["part"] == number]
        if not mine:
            continue
        total = hours(sum(each["minutes"] for each in mine))
        lines += [f"<h3>{roman}. {html.escape(title)} "
                  f"<small>{total}</small></h3>",
                  '<ol class="course">', *map(card, mine), "</ol>"]
    total = hours(sum(each["minutes"] for each in lessons))
    head = (f"{len(lessons)} lessons, {total} in all: chapter, prediction, run "
            "and comparison.")
    return (f"{head}\n\n" + widget("progress", static="")
            + "\n\n" + "\n".join(lines) + "\n")


def block(kind):
    return re.compile(rf"^<!-- {kind} -->\n(.*?)^<!-- end -->$",
                      re.MULTILINE | re.DOTALL)


def home(text, manifest, parts, runs):
    """README.md as the first page."""
    text = block("figure: course").sub(
        lambda match: story(match[1], runs), text, 1)
    text = block("lessons: questions").sub(
        lambda match: course(manifest, parts), text, 1)
    lead = text.index("\n\n", text.index("\n\n") + 2)  # after title and lead
    return ("---\nhide-toc: true\n---\n" + text[:lead] + "\n" + ACTIONS
            + text[lead:])
