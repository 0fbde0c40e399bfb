"""A formula with handles (src/handles): what a lesson claims as curves, which the
reader moves, and what its runs have measured as points, which stay.

A chapter has a block

    <!-- by hand: the site has handles for it here, those of NN_name -->
    <!-- end -->

There the site shows what lessons/NN_name/handles.json says:

    {"title": ..., "unit": "bytes" or "number",     of the figures
     "along": "N",                      the handle whose values are the x axis
     "handles": [{"symbol": "N", "says": "workers",
                  "unit": "bytes" or "share", or left out,
                  "from": 1, "to": 16,
                  "plus": 1 or "times": 2}, ...],   or "values": [1, 2, 5]
     "derived": {"R": "D/P"},           symbols that follow from the handles
     "curves": [{"says": ..., "claim": NAME,        whose formula it is
                 "instead": {"/16": "·f"},          text of the formula to replace
                 "lesson": "01_pass_self",          if it is another lesson's claim
                 "points": [...]}],     what was measured; that claim if left out
     "runs": [["--workers", "2"], ...]} settings that are measured besides

A point is {"claim": NAME}, or what predict.json calls a figure: {"moment": NAME,
"role": ..., "quantity": ..., "reduce": ...}. Either may have values of symbols
that do not stand in the report: {"f": 0.25, ...}.

    handles_form.py [NN_name ...]

runs these settings, with the programs of the build folder, and writes what the
points need of it to docs/handles.json.
"""
import json
import re
import subprocess
import sys
from pathlib import Path

from widget import widget

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "common/classroom"))
import lessons  # noqa: E402
import predict  # noqa: E402

BLOCK = re.compile(r"^<!-- by hand: the site has handles for it here, those of "
                   r"(\S+) -->\n.*?^<!-- end -->$", re.MULTILINE | re.DOTALL)
MEASURED = ROOT / "docs/handles.json"


def specification(name):
    return json.loads((ROOT / f"lessons/{name}/handles.json").read_text())


def all_names():
    return sorted(path.parent.name for path in ROOT.glob("lessons/*/handles.json"))


# Measuring.

def needed_claims():
    """{lesson: names of the claims that any point shows}"""
    needed = {}
    for name in all_names():
        for curve in specification(name)["curves"]:
            needed.setdefault(curve.get("lesson", name), set()).update(
                point["claim"] for point in points_of(curve) if "claim" in point)
    return needed


def measure(name, flags, needed):
    program = lessons.program_of(name)
    ran = subprocess.run([program, *flags, "--json", "-"], check=True,
                         stdout=subprocess.PIPE, encoding="utf-8")
    report = json.loads(ran.stdout)
    return {"flags": flags, "parameters": report["parameters"],
            "environment": {"page_size": report["environment"]["page_size"]},
            "claims": [{key: value for key, value in claim.items()
                        if key not in ("figure", "holds", "likely")}
                       for claim in report["claims"] if claim["name"] in needed]}


def measure_all(names):
    found = json.loads(MEASURED.read_text()) if MEASURED.exists() else {}
    needed = needed_claims()
    for name in names or all_names():
        found[name] = [measure(name, flags, needed[name])
                       for flags in specification(name)["runs"]]
    lines = [f"{json.dumps(name)}: [\n"
             + ",\n".join(json.dumps(run, ensure_ascii=False,
                                     separators=(",", ":")) for run in runs)
             + "]" for name, runs in sorted(found.items())]
    MEASURED.write_text("{\n" + ",\n".join(lines) + "\n}\n")


# What the page needs.

def points_of(curve):
    return curve.get("points", [{"claim": curve["claim"]}])


def claim_of(report, name):
    return next((claim for claim in report["claims"] if claim["name"] == name), None)


def symbols_of(report, claim):
    """The values of symbols in a run."""
    symbols = predict.names_of(report)
    return {**symbols, "P": symbols.pop("page"), **claim["symbols"]}


def values_of(handle, used):
    """The values of a handle; where a run has nearly one of them, the run's."""
    values = handle.get("values")
    if values is None:
        values = [handle["from"]]
        while values[-1] < handle["to"] * 0.999:
            values.append(values[-1] + handle["plus"] if "plus" in handle
                          else values[-1] * handle["times"])
    return [next((each for each in used if abs(each - value) <= value / 100), value)
            for value in values]


def point_in(report, point, curve, symbols):
    """A measured point of a run, or None if the run does not have it. A figure
    of a moment may be off by as much as the claim that it stands beside."""
    claim = claim_of(report, point.get("claim", curve["claim"]))
    if claim is None or ("moment" in point and "moments" not in report):
        return None
    known = {**symbols_of(report, claim), **point}
    slack = max(claim["high"] - claim["predicted"],
                claim["predicted"] - claim["low"])
    return {"at": {symbol: known[symbol] for symbol in symbols},
            "constants": {symbol: value for symbol, value
                          in claim["symbols"].items() if symbol not in symbols},
            "measured": predict.figure(point, report) if "moment" in point
            else claim["measured"], "slack": slack}


def data(name):
    """What the page needs of a lesson, or None where no run is recorded."""
    given = specification(name)
    symbols = [handle["symbol"] for handle in given["handles"]]
    measured = json.loads(MEASURED.read_text()) if MEASURED.exists() else {}
    curves = []
    for curve in given["curves"]:
        lesson = curve.get("lesson", name)
        recorded = ROOT / f"docs/runs/{lesson}.json"
        if not recorded.exists():
            return None
        report = json.loads(recorded.read_text())["report"]
        claim = claim_of(report, curve["claim"])
        points = [point_in(run, point, curve, symbols)
                  for run in [report] + measured.get(lesson, [])
                  for point in points_of(curve)]
        formula = claim["formula"]
        for old, new in curve.get("instead", {}).items():
            formula = formula.replace(old, new)
        curves.append({"says": curve["says"], "formula": formula,
                       "symbols": symbols_of(report, claim),
                       "points": [point for point in points if point]})
    first = given["curves"][0]
    at = next(point for point in points_of(first)
              if point.get("claim") == first["claim"])
    start = {**curves[0]["symbols"], **at}
    handles = [{"symbol": handle["symbol"], "says": handle["says"],
                "unit": handle.get("unit", "number"), "log": "plus" not in handle,
                "start": start[handle["symbol"]],
                "values": values_of(handle, [
                    point["at"][handle["symbol"]]
                    for curve in curves for point in curve["points"]])}
               for handle in given["handles"]]
    return {"title": given["title"], "unit": given["unit"], "along": given["along"],
            "handles": handles, "derived": given.get("derived", {}),
            "curves": curves}


# Without script.

def amount(value, unit):
    if unit == "share":
        return f"{100 * value:.4g} %"
    return predict.shown(round(value), unit)


def table(found):
    """The points as Markdown."""
    heads = [handle["symbol"] for handle in found["handles"]]
    lines = ["<details>",
             f"<summary>{found['title']}: the formulas and what was measured"
             "</summary>", "",
             "| what | formula | " + " | ".join(heads) + " | measured |",
             "|---|---|" + "---:|" * (len(heads) + 1)]
    for curve in found["curves"]:
        for point in curve["points"]:
            lines.append("| " + " | ".join(
                [curve["says"], f"`{curve['formula']}`"]
                + [amount(point["at"][handle["symbol"]], handle["unit"])
                   for handle in found["handles"]]
                + [amount(point["measured"], found["unit"])]) + " |")
    return "\n".join(lines + ["", "</details>"])


def with_handles(document, text):
    """The text of a document, with a place for each block of handles."""
    def place(match):
        if match[1] not in all_names():
            sys.exit(f"{document}: handles: there is no lessons/{match[1]}/"
                     "handles.json")
        found = data(match[1])
        return widget("handles", found, table(found)) if found else match[0]
    return BLOCK.sub(place, text)


if __name__ == "__main__":
    measure_all(sys.argv[1:])
