"""The measured pictures of the documents, drawn from the JSON of runs.

Each has a title that says its point, and is drawn only if the figures show it.
Its description says the same to those who do not see it. A picture is 480
pixels wide and its letters are 15 high, which on a phone are 11.
"""
import math
import re
import textwrap
from xml.sax.saxutils import escape

from mechanism.draw import INNER, MARGIN, TEXTS, WIDTH, Picture
from quantities import size

# On a light page and on a dark one; also told apart by their brightness.
COLORS = TEXTS | {
    "paper": ("#ffffff", "#16191d"), "axis": ("#8c959f", "#6b7681"),
    "grid": ("#e4e8ec", "#2b3138"), "shared": ("#56b4e9", "#2c7fb0"),
    "alone": ("#b3480a", "#ef8a4a"), "rss": ("#c9d0d7", "#454e58"),
    "pss": ("#56b4e9", "#2c7fb0"), "uss": ("#003f66", "#c9e9fb"),
    "header": ("#b4bcc5", "#56616d"), "function": ("#e69f00", "#e69f00"),
    "handle": ("#009e73", "#1fa582"), "object": ("#56b4e9", "#2c7fb0"),
    "D": ("#0072b2", "#7cc4ee"), "items": ("#69737e", "#9aa5b1"),
    "warm": ("#b84f00", "#ee8434"), "cool": ("#0072b2", "#5ab4ec"),
    "green": ("#007a59", "#3cc79e"), "purple": ("#aa4499", "#dd8fce")}
COLORS_OF_CURVES = "warm", "cool", "green", "purple"
MEBI = 1 << 20
HELD = "every worker holds its task"
MEANS = {"rss": "in memory", "pss": "its share", "uss": "its alone"}
SUMS = {"rss": "What top adds up: ΣRSS",
        "pss": "What the machine spends: ΣPSS"}
GAP = "\u2003"  # between the words of a line
FIGURES = {}  # of each picture its commands, and what draws their reports


class FigureError(Exception):
    """A picture cannot be drawn. The sentence says why."""


def figure(name, *lines):
    """Decorates what draws a picture from the reports of these commands."""
    def remember(drawn_by):
        FIGURES[name] = [line.split() for line in lines], drawn_by
        return drawn_by
    return remember


def require(is_so, what):
    """Checks what a picture's title says."""
    if not is_so:
        raise FigureError(f"the figures do not show that {what}")


# ---- what the lessons have written

def check(is_so, report, what):
    if not is_so:
        raise FigureError(f"the report of {report['lesson']} {what}")


def last_of(report, found, what):
    check(found, report, what)
    return found[-1]


def moment(report, name):
    return last_of(report, [each for each in report["moments"]
                            if each["name"] == name],
                   f'has no moment "{name}"')


def claim(report, name, what):
    return last_of(report, [
        each for each in report["claims"] if each["figure"]["what"] == what
        and each["figure"]["moment"] == name],
        f'has no claim of "{what}" at "{name}"')


def parameter(report, name):
    value = report["parameters"][name]
    check(value > 0, report, f"says that {name} is {value}")
    return value


def setting(report):
    return (f"{size(parameter(report, 'data'))} of data, "
            f"{parameter(report, 'workers')} workers, while every worker "
            "holds a task.")


class Pool:
    """The processes of a moment, and what they are called in a picture."""

    def __init__(self, report, at, name="", what=""):
        self.name, self.what = name, what
        self.processes = [dict(each) for each in
                          moment(report, at)["processes"]]
        workers = [each for each in self.processes if each["role"] == "worker"]
        check(workers, report, f'has no worker at "{at}"')
        for number, each in enumerate(workers, 1):
            each["role"] = f"worker {number}"
        self.worker = {"role": "a worker"} | {  # the median of each figure
            figure: sorted(each[figure] for each in workers)[len(workers) // 2]
            for figure in MEANS}

    def sum(self, figure="pss"):
        return sum(each[figure] for each in self.processes)

    def shared(self):
        """The memory that several processes map, each page counted once."""
        return self.sum() - self.sum("uss")


def figures_of(process):
    return f"{process['role']}: " + ", ".join(
        f"{figure.upper()} {size(process[figure])}" for figure in MEANS)


# ---- what the pictures are made of

def wrapped(text, width):
    """The text in lines, about as long as each other.

    A number stays with its unit."""
    glued = re.sub(r"(?<=\d) ", "\xa0", text)
    lines = min((textwrap.wrap(glued, each)
                 for each in range(width // 2, width + 1)), key=len)
    return [line.replace("\xa0", " ") for line in lines]


class Drawing(Picture):
    shown, letters = WIDTH, 15

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

    def rect(self, x, y, width, height, color, hover):
        self.body.append(
            f'<rect x="{x:.6g}" y="{y:g}" width="{width:.6g}" '
            f'height="{height}" class="{color}">'
            f'<title>{escape(hover)}</title></rect>')

    def bar(self, blocks, scale):
        """Blocks side by side: bytes, colour, hover. Gives where they end."""
        x, borders = MARGIN, ""
        for count, color, hover in blocks:
            self.rect(x, self.y, count * scale, 24, color, hover)
            x += count * scale
            borders += f"M{x:.5g} {self.y:g}v24" if count * scale >= 3 else ""
        self.path("paper", borders)
        return x

    def bars(self, heading, scale, rows):
        """A row: its name, what it is, its blocks, and what follows it."""
        self.say(32, (heading, "ink", "bold"))
        for name, what, blocks, *after in rows:
            self.say(24, (name, "ink"), (GAP + what, "soft"))
            self.y += 7
            end = self.bar(blocks, scale)
            self.say(18, *after, x=end + 7)
            self.y += 9

    def sums(self, figure, pools, scale, blocks):
        """A bar for what each pool takes; `blocks` are bytes, colour, name."""
        self.bars(SUMS[figure], scale, [
            (pool.name, pool.what,
             [(count, color, f"{pool.name}, {of}: {size(count)} of "
               f"Σ{figure.upper()}") for count, color, of in blocks(pool)],
             (size(pool.sum(figure)), "ink", "bold")) for pool in pools])

    def finish(self, words=""):
        self.words += words
        used = "".join(self.body)
        self.texts = {name: shades for name, shades in COLORS.items()
                      if f'"{name}"' in used or f'"{name}-line"' in used}
        return self.svg(self.words)


def tick_of(most, ticks):
    """1, 2 or 5 times a power of ten, so that there are at most `ticks`."""
    power = 10 ** math.floor(math.log10(most / ticks))
    return next(times * power for times in (1, 2, 5, 10)
                if times * power * ticks >= most * .999)


# ---- what pools cost

@figure("course", "01_pass_self --full-scale", "04_global --full-scale")
def draw_course(sent, inherited):
    pools = [Pool(sent, HELD, "01 pass_self",
                  "sent: each worker builds a copy"),
             Pool(inherited, HELD, "04 global",
                  "inherited: one original for all")]
    cost, cure = (pool.sum() for pool in pools)
    require(cost > 2 * cure, "a global costs less than pass_self")
    picture = Drawing(f"Data sent: the machine spends {size(cost)}. "
                      f"Inherited: {size(cure)}", setting(sent))
    picture.sums("pss", pools, (INNER - 110) / cost, lambda pool: [
        (pool.shared(), "shared", "shared"),
        *((each["uss"], "alone", f"{each['role']} alone")
          for each in pool.processes)])
    picture.key(("■", "shared", "the original, shared by all processes"))
    picture.key(("■", "alone", "a copy that one worker has alone"))
    return picture.finish("".join(
        f" {pool.name} ({pool.what}): ΣPSS {size(pool.sum())}, of which "
        f"{size(pool.shared())} is shared; a worker has "
        f"{size(pool.worker['uss'])} alone." for pool in pools))


def draw_pools(title, subtitle, pools, figures=("pss",), each_process=False):
    picture = Drawing(title, subtitle)
    scale = (INNER - 110) / max(
        pool.sum(figure) for pool in pools for figure in figures)
    for figure in figures:
        picture.sums(figure, pools, scale, lambda pool: [
            (each[figure], figure, each["role"]) for each in pool.processes])
    if each_process:
        draw_processes(picture, pools)
    for pool in pools:
        sums = ", ".join(f"Σ{figure.upper()} {size(pool.sum(figure))}"
                         for figure in figures)
        picture.words += f" {pool.name} ({pool.what}): {sums}; " + "; ".join(
            figures_of(each) for each in [*pool.processes, pool.worker]
            if not each["role"].startswith("worker")) + "."
    return picture.finish()


def draw_processes(picture, pools):
    """Bars on top of each other: USS is a part of PSS, which is one of RSS."""
    left = MARGIN + 92
    most = max(each["rss"] for pool in pools for each in pool.processes)
    scale = (WIDTH - MARGIN - 24 - left) / most
    ticks = range(0, most + 1, tick_of(most / MEBI, 4) * MEBI)
    picture.say(
        32, ("Each process: RSS, and what is behind it", "ink", "bold"))
    picture.key(*(("■", figure, f"{figure.upper()}, {means}")
                  for figure, means in MEANS.items()))
    for pool in pools:
        picture.say(28, (pool.name, "ink", "bold"))
        picture.say(20, (figures_of(pool.worker), "soft"))
        picture.y += 7
        picture.path("grid", "".join(
            f"M{round(left + at * scale) + .5} {picture.y:g}"
            f"v{20 * len(pool.processes)}" for at in ticks))
        for each in pool.processes:
            picture.text(MARGIN, picture.y + 15, each["role"])
            for figure, thick in zip(MEANS, (15, 9, 3)):
                picture.rect(left, picture.y + 10 - thick / 2,
                             each[figure] * scale, thick, figure,
                             f"{pool.name}, {each['role']}: {figure.upper()} "
                             f"{size(each[figure])}")
            picture.y += 20
    picture.y += 18
    for at in ticks:
        unit = " MiB" if at == ticks[-1] else ""
        picture.text(left + at * scale, picture.y, f"{at // MEBI}{unit}",
                     color="soft", anchor="middle")


@figure("inversion", "02_read_the_meter")
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
        setting(report), [sent, inherited], ("rss", "pss"))


@figure("start_methods", "07_start_methods")
def draw_start_methods(report):
    fork, spawn, server = pools = [
        Pool(report, "fork", "fork", "the parent has the data"),
        Pool(report, "spawn", "spawn", "each worker was sent it"),
        Pool(report, "forkserver", "fork server", "the server has loaded it")]
    require(spawn.sum() > max(fork.sum(), server.sum()),
            "spawned workers cost more than forked ones")
    return draw_pools("A worker that does not inherit does not share",
                      setting(report), pools, each_process=True)


@figure("shared_memory", "07_start_methods", "13_shared_memory")
def draw_shared_memory(sent, shared):
    spawn, *cures = pools = [
        Pool(sent, "spawn", "spawn", "a copy for each worker"),
        Pool(shared, "memfd", "memfd", "memory without a name"),
        Pool(shared, "POSIX shm", "POSIX shm", "a name in /dev/shm"),
        Pool(shared, "file", "file", "a file")]
    require(2 * max(pool.sum() for pool in cures) < spawn.sum(),
            "sharing costs less than sending")
    return draw_pools("Spawned workers share what they are told to map",
                      setting(shared), pools)


# ---- what goes through a pipe

def message(report, name):
    """The bytes of each part of a message, in the order of writing.

    They are the symbols of the claim's formula. A handle has no symbol, only
    its 8 bytes.
    """
    sent = moment(report, name)["transfer"]
    batches = sent["batches"]
    check(batches > 0, report, f'has no batch at "{name}"')
    symbols = claim(report, name, "to_workers")["symbols"]
    parts = {part: symbols[symbol] for part, symbol in (
        ("header", "header"), ("function", "function"), ("object", "o"),
        ("D", "D")) if symbol in symbols}
    if name == "a handle to the object":
        parts["handle"] = 8
    parts["items"] = parameter(report, "items") // batches * symbols["i"]
    if sum(parts.values()) * batches != sent["to_workers"]:
        raise FigureError(
            f'the parts of a message of "{name}" are {sum(parts.values())} '
            f"bytes together, but {sent['to_workers']} bytes in {batches} "
            "messages were sent")
    return parts


@figure("messages", "03_bound_method")
def draw_messages(report, magnified=4, torn=96):
    """To two scales: at one that fits the data, a small part is no pixel."""
    messages = {name: message(report, name) for name in (
        "a function", "a handle to the object", "a bound method")}
    bytes_of = {name: sum(parts.values()) for name, parts in messages.items()}
    large = bytes_of["a bound method"]
    picture = Drawing(f"A bound method is its object: {size(large)} instead "
                      f"of {size(bytes_of['a function'])}",
                      "One message to a worker, by what the task is.")
    scale = (INNER - 96) / large
    picture.bars("To scale", scale, [
        (name, "", [(count, part, f"{name}, {part}: {size(count)}")
                    for part, count in parts.items()],
         (size(bytes_of[name]), "ink", "bold"),
         (f"{GAP}a bar of 1/{1 / (bytes_of[name] * scale):,.0f} of a pixel"
          if bytes_of[name] * scale < .5 else "", "soft"))
        for name, parts in messages.items()])
    picture.say(32, (f"Magnified {magnified / scale:,.0f} times, in bytes",
                     "ink", "bold"))
    for name, parts in messages.items():
        picture.say(30, (name, "ink"))
        picture.y += 7
        end = picture.bar([(torn / magnified if part == "D" else count, part,
                            part) for part, count in parts.items()], magnified)
        for wave in (3, -3) if "D" in parts else ():  # something is left out
            x = end - parts["items"] * magnified - torn / 2 - wave
            picture.path(
                "paper", f"M{x:g} {picture.y - 2:g}q4 7 0 14t0 14", 2.5)
        picture.y += 21
        picture.key(*(("■", part, f"{part} {count}"
                       if part != "D" else f"D {size(count)}")
                      for part, count in parts.items()))
    # With the 96 pixels per inch of style sheets.
    metres = messages["a bound method"]["D"] * magnified * .0254 / 96
    length = f"{metres / 1000:.0f} km" if metres >= 2000 else f"{metres:.0f} m"
    picture.say(27, (f"In one piece, the bar of D would be {length} long.",
                     "soft"))
    return picture.finish("".join(
        f" {name}: {size(bytes_of[name])}, of which " + ", ".join(
            f"{part} {size(count)}" for part, count in parts.items()) + "."
        for name, parts in messages.items()) + " At the scale of the "
        f"magnified bars, that of D would be {length} long.")


# ---- charts: formulas as lines, measurements as points

def mark(sign, x, y):
    """A circle fits into a square, and a cross reaches out of both."""
    return {"●": f"M{x - 2:.5g} {y:.5g}a2 2 0 1 0 4 0a2 2 0 1 0-4 0",
            "□": f"M{x - 7:.5g} {y - 7:.5g}h14v14h-14z",
            "+": f"M{x - 11:.5g} {y:.5g}h22M{x:.5g} {y - 11:.5g}v22"}[sign]


def draw_chart(title, subtitle, x_label, curves, unit="MiB"):
    """A curve: its name, its points, and what was measured of it.

    That is, for each series, its name, its sign, and of each point x, x in
    words, y and y in words.
    """
    picture = Drawing(title, subtitle)
    left = MARGIN + 44
    right = WIDTH - MARGIN - 16 - 9 * max(len(name) for name, *_ in curves)
    top, bottom = picture.y + 42, picture.y + 272
    last = max(x for _, formula, _ in curves for x, _ in formula)
    most = max([1, *(y for _, formula, _ in curves for _, y in formula),
                *(y for *_, measured in curves for *_, points in measured
                  for _, _, y, _ in points)])
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
    soft((left + right) / 2, bottom + 42, x_label)
    above = math.inf  # for the names of curves that end near each other
    for color, (name, formula, _) in sorted(
            zip(COLORS_OF_CURVES, curves), key=lambda each: each[1][1][-1][1]):
        picture.path(color, "M" + "L".join(
            "{:.5g} {:.5g}".format(*place(*each)) for each in formula), 2)
        above = min(place(*formula[-1])[1] + 5, above - 19)
        picture.text(right + 10, above, name, color=color)
    picture.y = bottom + 48
    for color, (curve, _, measured) in zip(COLORS_OF_CURVES, curves):
        for name, sign, points in measured:
            for x, _, y, _ in points:
                picture.path(color, mark(sign, *place(x, y)),
                             4 if sign == "●" else 1.5)
            picture.words += f" {name}: " + ", ".join(
                f"{y} at {x}" for _, x, _, y in points) + "."
        if [name for name, *_ in measured] != [curve]:
            picture.key((f"{curve}:", color, ""), *(
                (sign, color, name) for name, sign, _ in measured))
    return picture.finish()


def three_digits(value, unit):
    """"0.781 %", "7.71 %", "22,500 µs\""""
    value = float(f"{value:.3g}")
    return f"{value:{',.0f' if value >= 1000 else 'g'}} {unit}".strip()


@figure("density", *(f"10_density --data 16MiB --share {share}" for share in (
    "0.001", "0.003", "0.01", "0.02", "0.03", "0.05")))
@figure("fork_times", "14_fork_cost --data 256MiB")
@figure("in_production", "15_in_production")
def draw_lesson_chart(*reports):
    """The lesson's own curves, with the points of all reports."""
    charts = [last_of(report, report.get("charts"), "has no chart")
              for report in reports]
    first, x_axis, curves = charts[0], charts[0]["x"], []
    check(len(first["curves"]) <= len(COLORS_OF_CURVES), reports[0],
          "has too many curves")
    for same in zip(*(chart["curves"] for chart in charts)):
        name, formula = same[0]["name"], same[0]["formula"]
        check(all(curve["formula"] == formula for curve in same), reports[0],
              "and another of it have curves that differ")
        curves.append((name, formula, [(name, "●", [
            (x, f"{x_axis['symbol']} = {three_digits(x, x_axis['unit'])}",
             y, three_digits(y, first["y_unit"]))
            for curve in same for x, y in curve["measured"]])]))
    return draw_chart(first["title"], first["subtitle"], x_axis["label"],
                      curves, first["y_unit"])


def point(symbol, x, count, x_words=""):
    return x, f"{symbol} = {x_words or x}", count / MEBI, size(count)


def straight(last, at_zero, at_last):
    return [(0, at_zero / MEBI), (last, at_last / MEBI)]


@figure("workers", *(
    f"{lesson} --workers {workers}" for workers in range(1, 11) for lesson in (
        "01_pass_self", "04_global", "07_start_methods", "13_shared_memory")
    if workers % 3 == 1 or lesson != "13_shared_memory"))
def draw_workers(*reports):
    data = parameter(reports[0], "data")
    last = max(parameter(report, "workers") for report in reports) + .5
    if any(parameter(report, "data") != data for report in reports):
        raise FigureError("the reports are not of the same amount of data")

    def series(name, at, sign):
        return name, sign, [
            point("N", parameter(report, "workers"), Pool(report, at).sum())
            for report in reports if report["lesson"][:2] == name[:2]]

    return draw_chart(
        f"The data sent: {size(data)} more a worker. Inherited: nothing",
        "ΣPSS by the number of workers: points are measured, lines are the "
        "formulas.", "N, workers",
        [("(N + 1)·D", straight(last, data, data * (last + 1)),
          [series("01 pass_self", HELD, "●"),
           series("07 spawn", "spawn", "□")]),
         ("D", straight(last, data, data),
          [series("04 global", HELD, "●"),
           series("07 fork server", "forkserver", "□"),
           series("13 memfd", "memfd", "+")])])


@figure("writing", "08_page_map")
def draw_writing(report, last=1.03):
    data, workers = parameter(report, "data"), parameter(report, "workers")
    sums, parents = [], []
    for part in ("0", "1/R", "1/16", "1/4", "1"):
        at = f"the same pages, f = {part}"
        pool, pages = Pool(report, at), claim(report, at, "pages of workers")
        f = pages["measured"] * report["environment"]["page_size"] / data
        sums.append(point("f", f, pool.sum(), part))
        parents.append(point("f", f, pool.processes[0]["uss"], part))
    return draw_chart(
        "Each page that is written is paid once more for every writer",
        f"By the part f of the pages that each of {workers} workers writes; "
        "the parent writes none. Points are measured, lines are the formulas.",
        "f, part of the pages",
        [("D·(1 + N·f)", straight(last, data, data * (1 + workers * last)),
          [("ΣPSS, measured", "●", sums)]),
         ("D·f", straight(last, 0, data * last),
          [("the parent's USS, measured", "●", parents)])])


@figure("nodes", *(f"16_many_machines --data 32MiB --workers 8 --nodes {nodes}"
                   for nodes in (1, 2, 4, 8)))
def draw_nodes(*reports):
    data, ranks = (parameter(reports[0], each) for each in ("data", "workers"))
    last = 1.03 * max(parameter(report, "nodes") for report in reports)

    def series(name):
        costs = [claim(report, name, "total pss") for report in reports]
        return [(name, "●", [
            point("K", parameter(report, "nodes"),
                  cost["measured"] - cost["figure"]["base"])
            for report, cost in zip(reports, costs)])]

    return draw_chart(
        "A copy in each rank, or a copy on each node",
        f"What {size(data)} of data costs {ranks} ranks: ΣPSS less the base, "
        "by the number of nodes. Points are measured, lines are the formulas.",
        "K, nodes",
        [("N·D", straight(last, ranks * data, ranks * data),
          series("a copy in each rank")),
         ("K·D", straight(last, 0, data * last),
          series("a window on each node"))])


# ---- all of them

# These lessons draw their pages themselves.
figure("page_map", "08_page_map --data 4MiB")(None)
figure("refcounts", "09_refcounts --data 4MiB")(None)
figure("garbage_collector", "11_garbage_collector --data 4MiB")(None)
figure("cures", "12_cures --data 4MiB")(None)
NAMES = sorted(FIGURES)


def commands(name):
    """The runs that a picture is drawn from."""
    return FIGURES[name][0]


def draw(name, report_of, svg_of):
    """The SVG of a picture. `report_of` gives the JSON report of a command,
    and `svg_of` what it draws with --svg. Raises FigureError."""
    reports = [report_of(command) for command in commands(name)]
    try:
        for report in reports:
            check(report["claims"], report, "claims nothing")
            for each in report["claims"]:
                check(each["holds"], report, "has a claim that does not hold: "
                      f'"{each["name"]}"')
        if drawn_by := FIGURES[name][1]:
            return drawn_by(*reports)
    except FigureError as error:
        raise FigureError(f"the picture {name}: {error}") from error
    except (LookupError, TypeError, ValueError) as error:
        raise FigureError(
            f"the picture {name}: a report is not as a lesson writes it: "
            f"{type(error).__name__} {error}") from error
    return svg_of(commands(name)[0])
