"""Chapters: what a lesson's program does otherwise than an earlier one.

    changed.py 01_pass_self#call_method,pass_self 04_global#analyze,share_global

Prints how the definitions of those names differ, without comments.
"""
import difflib
import pathlib
import re
import sys

LESSONS = pathlib.Path(__file__).resolve().parents[2] / "lessons"


def definitions(which):
    lesson, _, names = which.partition("#")
    source = LESSONS / lesson / (lesson.partition("_")[2] + ".cc")
    text = re.sub(r" *//.*", "", source.read_text())
    lines = []
    for name in names.split(","):
        found = re.search(r"^\w[^\n;{}]*\b" + name +
                          r"\b[^{};]*(?:;|\{[^\n]*\}$|\{.*?^\};?$|= [^;]*;)",
                          text, flags=re.M | re.S)
        if not found:
            sys.exit(f"changed.py: {source.name} defines no {name}")
        lines += [line for line in found[0].splitlines() if line.strip()]
    return lines


before, after = (definitions(each) for each in sys.argv[1:])
for line in list(difflib.unified_diff(before, after, n=1, lineterm=""))[2:]:
    if not line.startswith("@@"):
        print(line)
