"""The measured pictures of the documents, drawn from the JSON of runs.

Each has a title that says its point, and is drawn only if the figures show it.
Its description says the same to those who do not see it. A picture is 480
pixels wide and its letters are 15 high, which on a phone are 11.
"""
import math
import re
import statistics
import textwrap
from xml.sax.saxutils import escape

from mechanism.draw import INNER, MARGIN, TEXTS, WIDTH, Picture
from quantities import MEBI, size

# On a light page and on a dark one; also told apart by their brightness.
COLORS = TEXTS | {
    "paper": ("#ffffff", "#16191d"), "axis": ("#8c959f", "#6b7681"),
    "grid": ("#e4e8ec", "#2b3138"), "shared": ("#56b4e9", "#2c7fb0"),
    "alone": ("#b3480a", "#ef8a4a"), "mapped": ("#c9d0d7", "#454e58"),
    "header": ("#b4bcc5", "#56616d"), "function": ("#e69f00", "#e69f00"),
    "handle": ("#009e73", "#1fa582"), "object": ("#56b4e9", "#2c7fb0"),
    "D": ("#0072b2", "#7cc4ee"), "items": ("#69737e", "#9aa5b1"),
    "warm": ("#b84f00", "#ee8434"), "cool": ("#0072b2", "#5ab4ec"),
    "green": ("#007a59", "#3cc79e"), "purple": ("#aa4499", "#dd8fce")}
COLORS_OF_CURVES = "warm", "cool", "green", "purple"
HELD = "every worker holds its task"
FIGURES_OF = "rss", "pss", "uss"  # of a process
SUMS = {"rss": "What top adds up: ΣRSS",
        "pss": "What the machine spends: ΣPSS"}
GAP = "\u2003"  # between the words of a line


def require(is_so, what):
    """Checks what a picture says. Raises ValueError."""
    if not is_so:
        raise ValueError(f"the figures do not show that {what}")


# ---- what the lessons have written

def moment(report, name):
    return {each["name"]: each for each in report["moments"]}[name]


def claim(report, name, what):
    return {(each["figure"]["moment"], each["figure"]["what"]): each
            for each in report["claims"]}[name, what]


class Pool:
    """The processes of a moment, and what they are called in a picture."""

    def __init__(self, report, at, name="", what=""):
        self.name, self.what = name, what
        self.processes = moment(report, at)["processes"]
        workers = [each for each in self.processes if each["role"] == "worker"]
        # One of each kind; of the workers, the median of each figure.
        median = {figure: statistics.median_high(
            each[figure] for each in workers) for figure in FIGURES_OF}
        self.kinds = [each for each in self.processes if each not in workers]
        self.kinds.append({"role": "a worker"} | median)

    def sum(self, figure="pss"):
        return sum(each[figure] for each in self.processes)

    def shared(self):
        """The memory that several processes map, each page counted once."""
        return self.sum() - self.sum("uss")

    def blocks(self, figure):
        """What a sum is made of: bytes and colours."""
        return [(each["rss"], "mapped") for each in self.processes] if \
            figure == "rss" else [(self.shared(), "shared")] + [
            (each["uss"], "alone") for each in self.processes]


def figures_of(process):
    return ", ".join(f"{figure.upper()} {size(process[figure])}"
                     for figure in FIGURES_OF)


# ---- what the pictures are made of

def wrapped(text, width):
    """The text in lines, about as long as each other.

    A number stays with its unit."""
    glued = re.sub(r"(?<=\d) ", "\xa0", text)
    lines = min((textwrap.wrap(glued, each)
                 for each in range(width // 2, width + 1)), key=len)
    return [line.replace("\xa0", " ") for line in lines]


class Drawing(Picture):
    texts, shown, letters = COLORS, WIDTH, 15

    def __init__(self, title, subtitle):
        super().__init__(*wrapped(title, 40))
        self.words = f"{title}. {subtitle}"
        self.y -= 6
        for line in wrapped(subtitle, 52):
            self.say(19, (line, "soft"))

    def say(self, down, *parts, x=MARGIN):
        """A line further down. A part: its words, its colour, its weight."""
        self.y += down
        spans = "".join(
            f'<tspan font-weight="{"".join(weight) or "normal"}" '
            f'class="{color}">{escape(words)}</tspan>'
            for words, color, *weight in parts)
        self.body.append(
            f'<text x="{x:.5g}" y="{self.y:g}" font-size="15">{spans}</text>')

    def key(self, *entries):
        """Explains colours. An entry: a sign, its colour and what it means."""
        self.say(23, *(part for sign, color, means in entries for part in (
            (sign, color), (f" {means}{GAP}", "ink"))))

    def path(self, color, path, width=1):
        self.body.append(f'<path d="{path}" stroke-width="{width}" '
                         f'class="{color}-line"/>')

    def bars(self, heading, scale, rows):
        """A row: its name, what it is, its blocks side by side, each of bytes
        and a colour, and what follows them."""
        self.say(32, (heading, "ink", "bold"))
        for name, what, blocks, after in rows:
            self.say(24, (name, "ink"), (GAP + what, "soft"))
            self.y += 7
            x, borders = MARGIN, ""
            for count, color in blocks:
                width = count * scale
                self.body.append(
                    f'<rect x="{x:.6g}" y="{self.y:g}" width="{width:.6g}" '
                    f'height="24" class="{color}"/>')
                x += width
                borders += f"M{x:.5g} {self.y:g}v24" * (width >= 3)
            self.path("paper", borders)
            self.say(18, (after, "ink", "bold"), x=x + 7)
            self.y += 9


# ---- what pools cost

def draw_pools(title, report, pools, figures=("pss",)):
    """A bar for what each pool takes by each of the figures."""
    parameters = report["parameters"]
    picture = Drawing(title, f"{size(parameters['data'])} of data, "
                      f"{parameters['workers']} workers, while every worker "
                      "holds a task.")
    scale = (INNER - 110) / max(
        pool.sum(figure) for pool in pools for figure in figures)
    for figure in figures:
        picture.bars(SUMS[figure], scale, [
            (pool.name, pool.what, pool.blocks(figure), size(pool.sum(figure)))
            for pool in pools])
    picture.key(("■", "shared", "shared by processes"),
                ("■", "alone", "alone in one of them"))
    for pool in pools:
        sums = ", ".join(f"Σ{figure.upper()} {size(pool.sum(figure))}"
                         for figure in figures)
        picture.words += (
            f" {pool.name} ({pool.what}): {sums}, of which "
            f"{size(pool.shared())} is shared; " + "; ".join(
                f"{each['role']}: {figures_of(each)}"
                for each in pool.kinds) + ".")
    return picture


def draw_course(sent, inherited):
    pools = [Pool(sent, HELD, "01 pass_self",
                  "sent: each worker builds a copy"),
             Pool(inherited, HELD, "04 global",
                  "inherited: one original for all")]
    cost, cure = (pool.sum() for pool in pools)
    require(cost > 2 * cure, "a global costs less than pass_self")
    return draw_pools(
        f"Data sent: the machine spends {size(cost)}. Inherited: {size(cure)}",
        sent, pools)


def draw_inversion(report):
    sent = Pool(report, "reserved, then passed by value", "passed by value",
                "a copy in each worker")
    inherited = Pool(report, "filled before the fork: inherited", "inherited",
                     "one, shared by all")
    times = sent.sum() / inherited.sum()
    require(sent.sum("rss") < inherited.sum("rss") and times > 1,
            "sharing looks worse by RSS and is better by PSS")
    return draw_pools(
        f"By RSS, sharing looks worse; by PSS it costs {times:.1f} times less",
        report, [sent, inherited], ("rss", "pss"))


def draw_start_methods(report):
    """Below the sums, processes: USS is a part of PSS, which is one of RSS."""
    fork, spawn, server = pools = [
        Pool(report, "fork", "fork", "the parent has the data"),
        Pool(report, "spawn", "spawn", "each worker was sent it"),
        Pool(report, "forkserver", "fork server", "the server has loaded it")]
    require(spawn.sum() > max(fork.sum(), server.sum()),
            "spawned workers cost more than forked ones")
    picture = draw_pools("A worker that does not inherit does not share",
                         report, pools)
    most = max(each["rss"] for pool in pools for each in pool.kinds)
    for pool in pools:
        picture.bars(f"{pool.name}: RSS, and what is behind it", INNER / most, [
            (each["role"], figures_of(each), [
                (each["uss"], "alone"), (each["pss"] - each["uss"], "shared"),
                (each["rss"] - each["pss"], "mapped")], "")
            for each in pool.kinds])
    picture.key(("■", "alone", "USS, its alone"),
                ("■", "shared", "PSS, its share"), ("■", "mapped", "RSS"))
    return picture


def draw_shared_memory(sent, shared):
    spawn, *cures = pools = [
        Pool(sent, "spawn", "spawn", "a copy for each worker"),
        Pool(shared, "memfd", "memfd", "memory without a name"),
        Pool(shared, "POSIX shm", "POSIX shm", "a name in /dev/shm"),
        Pool(shared, "file", "file", "a file")]
    require(2 * max(pool.sum() for pool in cures) < spawn.sum(),
            "sharing costs less than sending")
    return draw_pools("Spawned workers share what they are told to map",
                      shared, pools)


# ---- what goes through a pipe

def message(report, name):
    """The bytes of each part of a message, in the order of writing.

    They are the symbols of the claim's formula. A handle has no symbol, only
    its 8 bytes.
    """
    sent = moment(report, name)["transfer"]
    symbols = claim(report, name, "to_workers")["symbols"]
    parts = {part: symbols[symbol] for part, symbol in (
        ("header", "header"), ("function", "function"), ("object", "o"),
        ("D", "D")) if symbol in symbols}
    if name == "a handle to the object":
        parts["handle"] = 8
    parts["items"] = (report["parameters"]["items"] // sent["batches"]
                      * symbols["i"])
    require(sum(parts.values()) * sent["batches"] == sent["to_workers"],
            f'the message of "{name}" has these parts: {parts}')
    return parts


def draw_messages(report, scale=3, cut=12):
    """Bars of `scale` pixels a byte, of which that of the data is cut."""
    messages = {name: message(report, name) for name in (
        "a function", "a handle to the object", "a bound method")}
    few, _, many = (size(sum(parts.values())) for parts in messages.values())
    picture = Drawing(f"A bound method is its object: {many} instead of {few}",
                      "One message to a worker, by what the task is.")
    picture.bars("By its parts, in bytes", scale, [
        (name, "", [block for part, count in parts.items() for block in (
            [(cut, "D"), (cut / 3, "paper"), (cut, "D")] if part == "D" else
            [(count, part)])], size(sum(parts.values())))
        for name, parts in messages.items()])
    keys = {part: count for parts in messages.values()
            for part, count in parts.items()}
    for three in (("header", "function", "items"),
                  ("handle", "object", "D")):
        picture.key(*(("■", part, f"{part} {keys[part]:,}") for part in three))
    # With the 96 pixels per inch of style sheets.
    picture.say(27, ("D is cut: in one piece, its bar would be "
                     f"{keys['D'] * scale * .0254 / 96000:.0f} km long.",
                     "soft"))
    picture.words += "".join(
        f" {name}: {size(sum(parts.values()))}, of which " + ", ".join(
            f"{part} {size(count)}" for part, count in parts.items()) + "."
        for name, parts in messages.items())
    return picture


# ---- charts: formulas as lines, measurements as points

def mark(sign, x, y):
    """A circle fits into a square, and a cross reaches out of both."""
    return {"●": f"M{x - 2:.5g} {y:.5g}a2 2 0 1 0 4 0a2 2 0 1 0-4 0",
            "□": f"M{x - 7:.5g} {y - 7:.5g}h14v14h-14z",
            "+": f"M{x - 11:.5g} {y:.5g}h22M{x:.5g} {y - 11:.5g}v22"}[sign]


def tick_of(most, ticks):
    """1, 2 or 5 times a power of ten, so that there are at most `ticks`."""
    power = 10 ** math.floor(math.log10(most / ticks))
    return next(times * power for times in (1, 2, 5, 10)
                if times * power * ticks >= most * .999)


def amount(value, unit):
    """"386.8 MiB", and to three digits "0.781 %", "22,500 µs"."""
    if unit == "MiB":
        return size(round(value * MEBI))
    value = float(f"{value:.3g}")
    return f"{value:{',.0f' if value >= 1000 else 'g'}} {unit}".strip()


def draw_chart(title, subtitle, x_axis, curves, unit="MiB"):
    """The x axis: its label, symbol and unit. A curve: its name, the points of
    its line, and what was measured of it, as names, signs and points."""
    picture = Drawing(title, subtitle)
    left = MARGIN + 44
    right = WIDTH - MARGIN - 16 - 9 * max(len(name) for name, *_ in curves)
    top, bottom = picture.y + 42, picture.y + 272
    last = max(x for _, line, _ in curves for x, _ in line)
    most = max(y for _, line, measured in curves
               for points in ([(0, 1)], line, *(each[-1] for each in measured))
               for _, y in points)
    step, x_step = tick_of(most, 5), tick_of(last, 8)
    most = math.ceil(most / step - .001) * step

    def place(x, y):
        return (left + x / last * (right - left),
                bottom - y / most * (bottom - top))

    def soft(x, y, words, anchor="middle"):
        picture.text(x, y, words, color="soft", anchor=anchor)

    soft(left - 8, top - 14, unit, "end")
    for tick in range(round(most / step) + 1):
        _, y = place(0, tick * step)
        picture.path("grid", f"M{left} {y:g}H{right}")
        soft(left - 8, y + 5, f"{tick * step:g}", "end")
    for tick in range(int(last / x_step) + 1):
        x, _ = place(tick * x_step, 0)
        picture.path("axis", f"M{x:.5g} {bottom}v5")
        soft(x, bottom + 21, f"{tick * x_step:g}")
    picture.path("axis", f"M{left} {top}V{bottom}H{right}")
    soft((left + right) / 2, bottom + 42, x_axis["label"])
    picture.y = bottom + 48
    colored = [(COLORS_OF_CURVES[i], each) for i, each in enumerate(curves)]
    above = math.inf  # for the names of curves that end near each other
    for color, (name, line, _) in sorted(colored, key=lambda each:
                                         each[1][1][-1][1]):
        picture.path(color, "M" + "L".join(
            "{:.5g} {:.5g}".format(*place(*each)) for each in line), 2)
        above = min(place(*line[-1])[1] + 5, above - 19)
        picture.text(right + 10, above, name, color=color)
    for color, (curve, _, measured) in colored:
        for name, sign, points in measured:
            for at in points:
                picture.path(color, mark(sign, *place(*at)),
                             4 if sign == "●" else 1.5)
            picture.words += f" {name}: " + ", ".join(
                f"{amount(y, unit)} at {x_axis['symbol']} = "
                f"{amount(x, x_axis['unit'])}" for x, y in points) + "."
        if [name for name, *_ in measured] != [curve]:
            picture.key((f"{curve}:", color, ""), *(
                (sign, color, name) for name, sign, _ in measured))
    return picture


def draw_lesson_chart(*reports):
    """The lesson's own curves, with the points of all reports."""
    charts = [report["charts"][-1] for report in reports]
    curves = []
    for same in zip(*(chart["curves"] for chart in charts), strict=True):
        name, line = same[0]["name"], same[0]["formula"]
        require(all(each["formula"] == line for each in same),
                f"{name} is the same curve in all reports")
        curves.append((name, line, [(name, "●", [
            point for each in same for point in each["measured"]])]))
    first = charts[0]
    return draw_chart(first["title"], first["subtitle"], first["x"], curves,
                      first["y_unit"])


def straight(last, at_zero, at_last):
    return [(0, at_zero / MEBI), (last, at_last / MEBI)]


def draw_workers(*reports):
    data = reports[0]["parameters"]["data"]
    last = max(report["parameters"]["workers"] for report in reports) + .5
    require(all(report["parameters"]["data"] == data for report in reports),
            "the reports are of the same amount of data")

    def series(name, at, sign):
        return name, sign, [
            (report["parameters"]["workers"], Pool(report, at).sum() / MEBI)
            for report in reports if report["lesson"][:2] == name[:2]]

    return draw_chart(
        f"The data sent: {size(data)} more a worker. Inherited: nothing",
        "ΣPSS by the number of workers: points are measured, lines are the "
        "formulas.", {"label": "N, workers", "symbol": "N", "unit": ""},
        [("(N + 1)·D", straight(last, data, data * (last + 1)),
          [series("01 pass_self", HELD, "●"),
           series("07 spawn", "spawn", "□")]),
         ("D", straight(last, data, data),
          [series("04 global", HELD, "●"),
           series("07 fork server", "forkserver", "□"),
           series("13 memfd", "memfd", "+")])])


def draw_writing(report, last=1.03):
    data, workers = (report["parameters"][each] for each in ("data", "workers"))
    pools = {f: Pool(report, f"the same pages, f = {part}") for f, part in (
        (0, "0"), (1 / 16, "1/16"), (1 / 4, "1/4"), (1, "1"))}
    return draw_chart(
        "Each page that is written is paid once more for every writer",
        f"By the part f of the pages that each of {workers} workers writes; "
        "the parent writes none. Points are measured, lines are the formulas.",
        {"label": "f, part of the pages", "symbol": "f", "unit": ""},
        [("D·(1 + N·f)", straight(last, data, data * (1 + workers * last)),
          [("ΣPSS, measured", "●", [
              (f, pool.sum() / MEBI) for f, pool in pools.items()])]),
         ("D·f", straight(last, 0, data * last),
          [("the parent's USS, measured", "●", [
              (f, pool.processes[0]["uss"] / MEBI)
              for f, pool in pools.items()])])])


def draw_nodes(*reports):
    data, ranks = (reports[0]["parameters"][each] for each in (
        "data", "workers"))
    last = 1.03 * max(report["parameters"]["nodes"] for report in reports)

    def series(name):
        costs = [claim(report, name, "total pss") for report in reports]
        return [(name, "●", [
            (report["parameters"]["nodes"],
             (cost["measured"] - cost["figure"]["base"]) / MEBI)
            for report, cost in zip(reports, costs)])]

    return draw_chart(
        "A copy in each rank, or a copy on each node",
        f"What {size(data)} of data costs {ranks} ranks: ΣPSS less the base, "
        "by the number of nodes. Points are measured, lines are the formulas.",
        {"label": "K, nodes", "symbol": "K", "unit": ""},
        [("N·D", straight(last, ranks * data, ranks * data),
          series("a copy in each rank")),
         ("K·D", straight(last, 0, data * last),
          series("a window on each node"))])


# ---- all of them

# Of each picture the commands, and what draws it from their reports; None if
# the lesson draws its pages itself.
FIGURES = {
    "course": (["01_pass_self --full-scale", "04_global --full-scale"],
               draw_course),
    "inversion": (["02_read_the_meter"], draw_inversion),
    "messages": (["03_bound_method"], draw_messages),
    "start_methods": (["07_start_methods"], draw_start_methods),
    "workers": ([f"{lesson} --workers {workers}" for workers in (1, 4, 7, 10)
                 for lesson in ("01_pass_self", "04_global", "07_start_methods",
                                "13_shared_memory")], draw_workers),
    "page_map": (["08_page_map --data 4MiB"], None),
    "writing": (["08_page_map"], draw_writing),
    "refcounts": (["09_refcounts --data 4MiB"], None),
    "density": ([f"10_density --data 16MiB --share {share}" for share in (
        "0.001", "0.003", "0.01", "0.02", "0.03", "0.05")], draw_lesson_chart),
    "garbage_collector": (["11_garbage_collector --data 4MiB"], None),
    "cures": (["12_cures --data 4MiB"], None),
    "shared_memory": (["07_start_methods", "13_shared_memory"],
                      draw_shared_memory),
    "fork_times": (["14_fork_cost --data 256MiB"], draw_lesson_chart),
    "in_production": (["15_in_production"], draw_lesson_chart),
    "nodes": ([f"16_many_machines --data 32MiB --workers 8 --nodes {nodes}"
               for nodes in (1, 2, 4, 8)], draw_nodes)}


def draw(name, run):
    """The SVG of a picture. `run` gives what a command, a list of words, has
    written: its JSON `report` and, with --svg, its `file`. Raises ValueError."""
    lines, drawn_by = FIGURES[name]
    reports = [run(line.split()).report for line in lines]
    try:
        for report in reports:
            require(report["claims"] and all(
                each["holds"] for each in report["claims"]),
                f"all claims of {report['lesson']} hold")
        if drawn_by:
            picture = drawn_by(*reports)
            return picture.svg(picture.words)
    except (LookupError, TypeError) as error:
        raise ValueError("a report is not as a lesson writes it: "
                         f"{error!r}") from error
    return run([*lines[0].split(), "--svg"]).file
