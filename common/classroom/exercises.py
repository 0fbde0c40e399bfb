"""The exercises: lessons/NN_name/exercise/, and what is said to bad input."""
import ast
import json
import os
import re

import variants

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.path.abspath(os.environ.get("COWPOOL_BUILD")
                        or os.path.join(ROOT, "build"))
WORK = os.path.join(BUILD, "classroom")  # what is kept between two checks
HERE = os.path.join(ROOT, "common", "classroom")
STAMP = "exercise.stamp"
SUFFIX = {"cpp": ".cc", "python": ".py"}
LANGUAGE = {"cpp": "C++", "python": "Python"}
FIGURES = ("worker_uss", "worker_rss", "worker_pss", "worker_faults",
           "parent_uss", "parent_rss", "total_pss", "pipe_bytes", "results",
           "workers")


class BadUsage(Exception):
    """One sentence for the caller; exit status 2."""


class BadExercise(BadUsage):
    """A sentence for the author of an exercise."""


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def write(path, text):
    """Never through a link, nor into a pipe, that a hand-in has put there."""
    with open(path, "w", encoding="utf-8", opener=lambda name, flags: os.open(
            name, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)) as file:
        file.write(text)


def plain(text):
    """Lines without what moves the cursor or turns the writing round."""
    return "\n".join("".join(c if c.isprintable() else "?" for c in line)
                     for line in text.replace("\t", " ").split("\n"))


def size(text):
    """Bytes of "64MiB"."""
    match = re.fullmatch(r"(\d+)(KiB|MiB|GiB|)", text)
    if not match:
        raise BadExercise(f"'{text}' is no amount of memory such as 64MiB")
    return int(match.group(1)) << {"": 0, "KiB": 10, "MiB": 20,
                                   "GiB": 30}[match.group(2)]


def value(expression, symbols):
    """A number from names, numbers and + - * /: nothing else is evaluated."""
    def of(node):
        if isinstance(node, ast.Expression):
            return of(node.body)
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            return node.value
        if isinstance(node, ast.Name) and node.id in symbols:
            return symbols[node.id]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -of(node.operand)
        if isinstance(node, ast.BinOp):
            a, b = of(node.left), of(node.right)
            if isinstance(node.op, ast.Add):
                return a + b
            if isinstance(node.op, ast.Sub):
                return a - b
            if isinstance(node.op, ast.Mult):
                return a * b
            if isinstance(node.op, ast.Div):
                return a / b
        raise BadExercise(f"'{expression}': only {', '.join(symbols)}, numbers "
                          "and + - * / may stand here")
    try:
        return of(ast.parse(str(expression), mode="eval"))
    except (SyntaxError, ZeroDivisionError) as error:
        raise BadExercise(f"'{expression}': {error}") from error


class Exercise:
    """One exercise; its file exercise.json is checked when it is loaded."""

    def __init__(self, lesson):
        self.lesson = lesson
        self.folder = os.path.join(ROOT, "lessons", lesson, "exercise")
        try:
            self.spec = json.loads(read(self.path("exercise.json")))
        except (OSError, ValueError) as error:
            raise BadExercise(f"{lesson}: exercise.json cannot be read: "
                              f"{error}") from error
        try:
            self._load()
        except KeyError as error:
            raise BadExercise(f"{lesson}: exercise.json lacks "
                              f"{error}") from error

    def _load(self):
        spec = self.spec
        self.kind = spec["kind"]
        self.title, self.minutes = spec["title"], spec["minutes"]
        self.languages = spec["languages"]
        self.chapter = spec["chapter"]
        self.data = size(spec.get("data", "64MiB"))
        self.workers = spec.get("workers", 4)
        self.objects = spec.get("objects", 1)
        self.results = spec.get("results", "sum * (item + 1)")
        self.items = spec.get("items", self.workers)
        self.claims = spec["claims"]
        self.points = sum(claim["points"] for claim in self.claims)
        if self.kind not in ("cure", "catch"):
            raise BadExercise(f"{self.lesson}: kind is cure or catch, not "
                              f"'{self.kind}'")
        for claim in self.claims:
            if self.kind == "catch":
                if claim["verdict"] not in ("holds", "fails"):
                    raise BadExercise(f"{self.lesson}: a verdict is holds or "
                                      "fails")
                continue
            if claim["figure"] not in FIGURES:
                raise BadExercise(f"{self.lesson}: no figure "
                                  f"'{claim['figure']}'; there are "
                                  f"{', '.join(FIGURES)}")
            for bound in ([claim["low"], claim["high"]]
                          + [cause[0] for cause in claim.get("causes", [])]):
                value(bound, self.symbols(1))

    def path(self, name):
        return os.path.join(self.folder, name)

    def symbols(self, base):
        return {"D": self.data, "N": self.workers, "base": base,
                "page": os.sysconf("SC_PAGE_SIZE")}

    def name_in(self, language):
        return "exercise" + SUFFIX[language]

    def source(self, language):
        return read(self.path(self.name_in(language)))

    def variant(self, language, name):
        return variants.make(self.source(language), name)

    def subject(self, language, name):
        """The file under test of a catch exercise: its name and its text."""
        file = "subject" + {"cpp": ".h", "python": ".py"}[language]
        if not os.path.exists(self.path(file)):
            return None, None
        return file, variants.make(read(self.path(file)), name)

    def task(self, language):
        """task.md with the parameters under it."""
        claims = "\n".join(f"| {claim['says']} | {claim['points']} |"
                           for claim in self.claims)
        return (read(self.path("task.md")).rstrip()
                + f"\n\n## Points\n\n| what is measured | points |\n|---|---:|\n"
                  f"{claims}\n\n"
                  f"D = {self.data >> 20} MiB of data, N = {self.workers} "
                  f"workers, {self.items} items. You edit "
                  f"`{self.name_in(language)}` and nothing else.\n"
                  f"About {self.minutes} minutes. "
                  f"To read: {self.chapter}.\n")

    def hint(self, level):
        parts = re.split(r"^## Level (\d)\s*$", read(self.path("hints.md")),
                         flags=re.M)
        found = dict(zip(parts[1::2], parts[2::2]))
        return found[str(level)].strip() if str(level) in found else None


def lessons():
    """The lessons that have an exercise."""
    folder = os.path.join(ROOT, "lessons")
    return [name for name in sorted(os.listdir(folder))
            if re.match(r"\d\d_", name) and os.path.exists(
                os.path.join(folder, name, "exercise", "exercise.json"))]


def find(number):
    """The exercise of a lesson that is named 04, 4 or 04_global."""
    for name in lessons():
        if number == name or (re.fullmatch(r"\d{1,2}", number or "")
                              and int(number) == int(name[:2])):
            return Exercise(name)
    there = ", ".join(name[:2] for name in lessons())
    raise BadUsage(f"There is no exercise N={number or ''}; there are: {there} "
                   "(for example N=" + there[:2] + ").")


def language_of(exercise, word):
    language = {"": "cpp", "cpp": "cpp", "c++": "cpp", "python": "python",
                "py": "python"}.get((word or "").lower())
    if language not in SUFFIX:
        raise BadUsage(f"IN={word} is no language of the course: IN=cpp or "
                       "IN=python.")
    if language not in exercise.languages:
        raise BadUsage(f"Exercise {exercise.lesson} is not there in "
                       f"{LANGUAGE[language]}, only in "
                       + " and ".join(map(LANGUAGE.get, exercise.languages))
                       + ".")
    return language


def command(subparsers, name, run, helps, *options):
    """A subcommand whose options are words, empty where they are not given.
    Returns its parser."""
    parser = subparsers.add_parser(name, help=helps)
    for option in options:
        parser.add_argument("--" + option, default="",
                            dest="word" if option == "in" else option)
    parser.set_defaults(run=run)
    return parser
