"""predict: asks what a chapter's "Predict first" asks, runs the lesson, and
shows prediction beside measurement; and what a class has predicted (--show).

A lesson's exercise/predict.json has the minutes that this takes in a class, and
the questions, in the order of the chapter's numbered list:

    {"asks":   "the PSS of one worker",    as the chapter asks it
     "unit":   "bytes" or "number",
     "figure": where it is measured in the lesson's JSON: "transfer.to_workers";
               {"claim": NAME}, what that claim has measured (with "without":
               "base", less what it is without data); or {"moment": NAME,
               "role": "worker", "parent", "fork server" or "all", "quantity":
               "rss", "reduce": "max", "min" or "sum" over those processes}
     "slack":  "D/32", how far a right answer may be off; a twentieth of what
               was measured always may
     "wrong":  [["D/N", "You divided by the workers only. ..."], ...]}

Expressions have the course's symbols: D, N, n, T, R, K for the nodes (1 in most
lessons), and page for its size. What is typed may also have the symbols whose
values the chapter gives: "C = 16,450".

The answers are kept in predictions/NN_name.jsonl, or in the file PREDICTIONS of
the environment: a line of JSON is added for each run,

    {"lesson": "04_global", "time": "2025-01-31T09:30:00Z",
     "names": {"D": 67108864, "N": 4, "n": 4, "T": 4, "R": 16384, "K": 1,
               "page": 4096},
     "answers": [{"asks": "the PSS of one worker", "value": 16777216,
                  "measured": 13781811}, ...]}

with a value of null where the answer was "?". Nothing else is kept: no name, and
no verdict, for that can be found again from what is there. The form of the site
writes the same lines, and reads what is typed by the same rules
(common/book/site/src/predict/grammar.js).
"""
import datetime
import glob
import json
import os
import re
import sys
import textwrap

from exercises import ROOT, BadExercise, BadUsage, read, value
from lessons import asked, find, plain, predict_first, predictions, report

# The symbols, with the values that most lessons have without flags: enough to
# see whether a formula can be read. The run gives them their values.
NAMES = {"D": 64 << 20, "N": 4, "n": 4, "T": 4, "R": 16384, "K": 1,
         "page": 4096}
WIDTH = 80


def add_to(subparsers):
    parser = subparsers.add_parser("predict", help="predict, run, compare")
    parser.add_argument("--n", default="", metavar="NUMBER")
    parser.add_argument("--answers", metavar="FILE", help="a line an answer")
    parser.add_argument("--show", metavar="DIR", help="what a class predicted")
    parser.set_defaults(run=run)


# What is measured.

def figure(where, found):
    """The figure at a place of a lesson's JSON."""
    if isinstance(where, str):
        for key in where.split("."):
            found = found[key]
        return found
    if "claim" in where:
        claim = [each for each in found["claims"]
                 if each["name"] == where["claim"]][0]
        without = claim["figure"]["base"] if "without" in where else 0
        return claim["measured"] - without
    moment = [each for each in found["moments"]
              if each["name"] == where["moment"]][-1]
    reduce = {"max": max, "min": min, "sum": sum}[where["reduce"]]
    return reduce(process[where["quantity"]] for process in moment["processes"]
                  if where["role"] in (process["role"], "all"))


def names_of(found):
    """The symbols of a run, by which expressions are evaluated."""
    parameters = found["parameters"]
    page = found["environment"]["page_size"]
    return {"D": parameters["data"], "N": parameters["workers"],
            "n": parameters["items"],
            "T": -(-parameters["items"] // parameters["chunk_size"]),
            "R": parameters["data"] // page, "K": parameters.get("nodes", 1),
            "page": page}


SYMBOL = re.compile(r"(?<![·*/\w])([A-Za-z]) = ([\d,]+(?:\.\d+)?)"
                    r"( %| bytes| [KMG]iB)?(?![\w.,]*\d)"
                    r"(?! ?(?:[/·*+−%]|bytes|[KMG]iB))")


def symbols_of(name):
    """The symbols whose values a chapter's "Predict first" gives: {"C": 16450}."""
    text = " ".join(plain(words) for _, words in predict_first(name))
    found = {}
    for symbol, digits, unit in SYMBOL.findall(text):
        times = 0.01 if unit == " %" else UNITS[unit.strip().lower()]
        amount = number(digits) * times
        found.setdefault(symbol, set()).add(
            int(amount) if amount % 1 == 0 else amount)
    return {symbol: values.pop() for symbol, values in found.items()
            if len(values) == 1}


# What is predicted.

UNITS = {"": 1, "b": 1, "byte": 1, "bytes": 1}
for _power, _letter, _word in ((10, "k", "kilo"), (20, "m", "mega"),
                               (30, "g", "giga"), (40, "t", "tera")):
    for _unit in (_letter, _letter + "b", _letter + "ib", _word + "byte",
                  _word + "bytes", _word[:2] + "bibyte", _word[:2] + "bibytes"):
        UNITS[_unit] = 1 << _power
LONGEST = 100  # letters of an entry
WORDS = {"none": "0", "nothing": "0", "zero": "0"}


def number(text):
    """64,000,000 · 64 000 000 · 64'000'000 · 12.8 · 12,8 · 1e6"""
    text = re.sub(r"(?<=\d)[ _'’\u00a0\u2009\u202f](?=\d{3})", "", text)
    if re.fullmatch(r"[1-9]\d{0,2}(,\d{3})+(\.\d*)?", text):
        text = text.replace(",", "")
    elif re.fullmatch(r"[1-9]\d{0,2}(\.\d{3}){2,}", text):
        text = text.replace(".", "")
    else:
        text = text.replace(",", ".")
    if not re.fullmatch(r"(?a:(\d+\.?\d*|\.\d+)(e\+?\d{1,2})?)", text):
        raise ValueError
    return float(text)


def parse(typed, question, names):
    """What a person means by 64M, 12.8 MiB, 1e6 or (N+1)*D; None for "?". KB, MB
    and GB are powers of 1024, as in top. ValueError with a sentence."""
    # What an East Asian keyboard writes twice as wide.
    text = re.sub("[！-～]", lambda wide: chr(ord(wide[0]) - 0xfee0), typed)
    text = re.sub(r"(?i)^([~≈\s]|about\b|roughly\b|ca\.)+", "", text)
    text = text.rstrip().rstrip(" .")
    if re.fullmatch(r"(?i)\?+|no idea|don't know|idk", text):
        return None
    quoted = "%r" % textwrap.shorten(typed, 40, placeholder=" ...")
    text = WORDS.get(text.lower(), text)
    of_bytes = question["unit"] == "bytes"
    if not of_bytes:
        text = re.sub(r"(?i)\s*((page )?faults?|pages?|workers?)$", "", text)
    split = re.fullmatch(r"(?i)(\d[\d.,_'’ \u00a0\u2009\u202f]*(?:e\+?\d+)?|\.\d+)"
                         r"\s*([a-z]*)", text)
    try:
        if len(text) > LONGEST:
            raise ValueError
        if split:
            unit = split.group(2).lower()
            amount = number(split.group(1).strip().lower()) * UNITS[unit]
            if unit and not of_bytes:
                raise ValueError
            # A figure of memory that is "64" is meant to be 64 MiB.
            if not unit and of_bytes and (0 < amount % 1 or "slack" in question
                                          and 0 < amount < 1 << 20):
                raise ValueError(quoted + " has no unit: give 12.8M, 12.8 MiB, "
                                 "4K or 240 bytes")
        else:
            formula = re.sub("[·×]", "*", text).replace("−", "-")
            formula = re.sub("[\u00a0\u2009\u202f]", " ", formula)
            if re.search(r"(?i)\d_|0[xbo]|#", formula):  # Python's, nobody else's
                raise ValueError
            amount = value(formula, names)
        if 0 <= amount < 1e18:
            return int(round(amount))
    except (ValueError, KeyError, OverflowError, RecursionError, MemoryError,
            BadUsage) as error:
        if "no unit" in str(error):
            raise
    raise ValueError(
        "%s cannot be read: give %s, or ? for no idea"
        % (quoted, "bytes as in 64M, 12.8 MiB or 240 bytes, a formula such as "
           "(N+1)*D" if of_bytes else "a number such as 4, a formula such as N*R"))


# What became of it.

def judge(predicted, measured, question, names):
    """("right" | "wrong" | "close" | "other" | "none", index in "wrong")."""
    if predicted is None:
        return "none", None
    slack = value(question.get("slack", "0"), names)
    if abs(predicted - measured) <= max(abs(measured) / 20, slack):
        return "right", None
    usual = [value(each[0], names) for each in question["wrong"]]
    if usual:
        nearest = min(range(len(usual)), key=lambda k: abs(predicted - usual[k]))
        if abs(predicted - usual[nearest]) <= usual[nearest] / 20:
            return "wrong", nearest
    if abs(predicted - measured) <= abs(measured) / 4:
        return "close", None
    return "other", None


def shown(amount, unit):
    """"12.8 MiB"; below 10 KiB to the byte."""
    if amount is None:
        return "?"
    if unit == "number":
        return "{:,}".format(amount)
    for power, name in ((30, "GiB"), (20, "MiB"), (10, "KiB")):
        if amount >= 10 * 1024 and amount >= (10 if power == 30 else 1) << power:
            return "{:,.{}f} {}".format(amount / (1 << power),
                                        0 if power == 10 else 1, name)
    return "{:,} byte{}".format(amount, "s" * (amount != 1))


def wrapped(text, first, rest):
    return "\n".join(textwrap.wrap(text, WIDTH - 1, initial_indent=first,
                                   subsequent_indent=rest))


def comparison(questions, values, measured, names):
    lines = ["%-7s%-41s%15s%15s" % ("", "", "you", "measured")]
    for k, question in enumerate(questions):
        verdict, mistake = judge(values[k], measured[k], question, names)
        word = {"right": "right", "close": "close", "none": ""}.get(verdict,
                                                                  "WRONG")
        text = textwrap.wrap("%d. %s" % (k + 1, question["asks"]), 40,
                             subsequent_indent="   ")
        lines.append("%-7s%-41s%15s%15s" % (
            word, text[0], shown(values[k], question["unit"]),
            shown(measured[k], question["unit"])))
        lines += ["       " + line for line in text[1:]]
        if mistake is not None:
            lines.append(wrapped(question["wrong"][mistake][1],
                                 "         ", "         "))
    return lines


# Asking.

def ask(blocks, questions, names):
    """What a person at the terminal types, for each question."""
    typed = []
    for kind, text in blocks:
        if kind != "item":
            print(wrapped(plain(text), "- " if kind == "bullet" else "",
                          "  " if kind == "bullet" else "") + "\n")
            continue
        print(wrapped("%d. %s" % (len(typed) + 1, asked(text)), "", "   "))
        while True:
            answer = input("   > ")
            try:
                parse(answer, questions[len(typed)], names)
                break
            except ValueError as error:
                print(wrapped(str(error), "   ", "   "))
        typed.append(answer)
    return typed


def given(text, questions, names):
    """The answers of a text, a line each."""
    typed = text.rstrip().splitlines()
    if len(typed) != len(questions):
        raise BadUsage("there are %d questions, and %d lines of answers" % (
            len(questions), len(typed)))
    for k, answer in enumerate(typed):
        try:
            parse(answer, questions[k], names)
        except ValueError as error:
            raise BadUsage("answer %d: %s" % (k + 1, error))
    return typed


def keep(line, name):
    path = os.environ.get("PREDICTIONS") or os.path.relpath(
        os.path.join(ROOT, "predictions", name + ".jsonl"))
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return path


def predict(arguments):
    name = find(arguments.n)["name"]
    questions = predictions(name)["questions"]
    symbols = symbols_of(name)
    names = {**symbols, **NAMES}
    if arguments.answers:
        typed = given(read(arguments.answers), questions, names)
    elif sys.stdin.isatty():
        typed = ask(predict_first(name), questions, names)
        print()
    else:
        typed = given(sys.stdin.read(), questions, names)
    found = report(name)
    names = {**symbols, **names_of(found)}
    values = [parse(text, question, names)
              for text, question in zip(typed, questions)]
    measured = [figure(question["figure"], found) for question in questions]
    path = keep(
        {"lesson": name, "time": datetime.datetime.now(
            datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
         "names": names,
         "answers": [{"asks": question["asks"], "value": told, "measured": seen}
                     for question, told, seen
                     in zip(questions, values, measured)]}, name)
    right = sum(judge(told, seen, question, names)[0] == "right"
                for question, told, seen in zip(questions, values, measured))
    print("\n".join([name] + comparison(questions, values, measured, names)))
    print("\nKept in %s.\nWhy: docs/%s.md. All that was measured: make lesson "
          "N=%s.\n\n%d of %d right" % (path, name, name[:2], right,
                                      len(questions)))


# A class.

def kept_lines(folder, name):
    """What is kept of a lesson below a folder or in a file, and sentences about
    what is no such line."""
    paths = [folder] if os.path.isfile(folder) else sorted(glob.glob(
        os.path.join(glob.escape(folder), "**", "*.jsonl"), recursive=True))
    if not paths:
        raise BadUsage("%s has no file *.jsonl: such are those that `make predict` keeps"
                      % folder)
    lines, odd = [], []
    for path in paths:
        with open(path, encoding="utf-8", errors="replace") as file:
            for k, text in enumerate(file, 1):
                try:
                    line = json.loads(text)
                    if line["lesson"] != name:
                        continue
                    line["names"] = {"K": 1, **line["names"]}  # older lines
                    for answer in line["answers"]:
                        judge(answer["value"], answer["measured"],
                              {"wrong": [[each, ""] for each in NAMES]},
                              line["names"])
                        answer["asks"].strip()
                    lines.append(line)
                except (ValueError, KeyError, TypeError, AttributeError,
                        ArithmeticError, RecursionError, BadExercise):
                    odd.append("%s:%d is no line of predictions" % (path, k))
    return lines, odd


def histogram(question, k, lines):
    """The lines of one question: who was right, close, and what else there was."""
    counts, others, measured = {}, [], []
    for line in lines:
        for answer in line["answers"]:
            if answer["asks"] != question["asks"]:
                continue
            verdict, mistake = judge(answer["value"], answer["measured"],
                                     question, line["names"])
            row = verdict if mistake is None else mistake
            counts[row] = counts.get(row, 0) + 1
            measured.append(answer["measured"])
            if verdict == "other":
                others.append(shown(answer["value"], question["unit"]))
    together = sum(counts.values())
    head = "%d. %s" % (k + 1, question["asks"])
    if measured:
        middle = sorted(measured)[len(measured) // 2]
        head += ": " + shown(middle, question["unit"])
    out = [wrapped(head, "", "   ")]
    rows = [("right", "right", ""), ("close", "close", "")]
    rows += [(i, formula, text)
             for i, (formula, text) in enumerate(question["wrong"])]
    rows += [("other", "other", ", ".join(sorted(set(others)))),
             ("none", "no idea", "")]
    for key, label, text in rows:
        count = counts.get(key, 0)
        if not count and key not in ("right", "close"):
            continue
        bar = "#" * -(-count * 40 // max(together, 40))  # one is one, to 40
        out.append(("   %-20s%4d  %s" % (label, count, bar)).rstrip())
        if text:
            out.append(wrapped(text, "     ", "     "))
    return out


def show(arguments):
    name = find(arguments.n)["name"]
    lines, odd = kept_lines(arguments.show, name)
    print("%s: %d prediction%s" % (name, len(lines), "s" * (len(lines) != 1)))
    for k, question in enumerate(predictions(name)["questions"]):
        print("\n" + "\n".join(histogram(question, k, lines)))
    if odd:
        print("\n" + "\n".join(odd))


def run(arguments):
    try:
        if arguments.show:
            show(arguments)
        else:
            predict(arguments)
        return 0
    except OSError as error:
        raise BadUsage("%s: %s." % (error.filename, error.strerror))
    except (EOFError, KeyboardInterrupt) as end:  # Ctrl-D, Ctrl-C
        print()
        return 0 if isinstance(end, EOFError) else 130
