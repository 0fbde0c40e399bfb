"""Chapters: what the check says to a variant of a lesson's exercise in C++."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "..", "common", "classroom"))
import check
import exercises

number, variant = sys.argv[1:]
exercise = exercises.find(number)
with tempfile.TemporaryDirectory() as folder:
    exercises.write(os.path.join(folder, "exercise.cc"),
                    exercise.variant("cpp", variant.replace("STARTER", "")))
    print(check.check(check.HandIn(folder, number), seconds=60).text())
