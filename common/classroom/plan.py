"""plan: the minutes of every unit, and plans for a class that add them up.

A unit is a lesson's "lesson" (its chapter read, predicted, run and talked about:
the minutes of lessons.json), its "predict" (only predicted, run and compared:
those of predict.json), or its "exercise" (those of exercise.json). plans.json
says which units are taken in which session.
"""
import json
import os
import textwrap

from exercises import ROOT, BadUsage, read
from lessons import asking, predictions, source, written

PLANS = "common/classroom/plans.json"
KINDS = ("lesson", "predict", "exercise")


def add_to(subparsers):
    parser = subparsers.add_parser("plan", help="minutes of units, added up")
    parser.set_defaults(run=run)


def minutes():
    """{"04": {"lesson": 30, "predict": 12, "exercise": None}}; None is what is
    not there yet."""
    units = {}
    for lesson in written():
        name = lesson["name"]
        exercise = os.path.join(ROOT, "lessons", name, "exercise",
                                "exercise.json")
        units[name[:2]] = {
            "lesson": lesson["minutes"],
            "predict": predictions(name)["minutes"] if lesson in asking()
                       else None,
            "exercise": json.loads(read(exercise))["minutes"]
                        if os.path.exists(exercise) else None}
    return units


def table(units):
    lines = ["%-22s%8s%9s%10s" % ("minutes", *KINDS)]
    for lesson in written():
        found = units[lesson["name"][:2]]
        lines.append("%-22s%8s%9s%10s" % (
            lesson["name"], *(found[kind] or "-" for kind in KINDS)))
    sums = [sum(found[kind] or 0 for found in units.values()) for kind in KINDS]
    return lines + ["%-22s%8d%9d%10d" % ("together", *sums)]


def session(given, units):
    """The lines of one session; its units must fit into its minutes."""
    parts, together = [], 0
    for unit in given["units"]:
        number, kind = unit.split()
        takes = units[number][kind]
        if takes is None:
            continue  # an exercise that is not there yet
        together += takes
        parts.append("%s\u00a0%s\u00a0%d" % (number, kind, takes))
    if together > given["minutes"]:
        raise BadUsage("%s: the units of %r take %d minutes of %d" % (
            PLANS, given["name"], together, given["minutes"]))
    head = "  %-10s %3d of %3d  " % (given["name"], together, given["minutes"])
    return [line.replace("\u00a0", " ") for line in textwrap.wrap(
        ", ".join(parts), 79, initial_indent=head,
        subsequent_indent=" " * len(head))]


def plans():
    units = minutes()
    lines = table(units)
    for plan in json.loads(source(PLANS)):
        lines += ["", plan["name"]]
        for given in plan["sessions"]:
            lines += session(given, units)
    return lines


def run(arguments):
    print("\n".join(plans()))
    return 0
