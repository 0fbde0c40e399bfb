"""The measured pictures, read back: what is drawn is what the reports say.

The reports are made up, with round figures.
"""
import re
import sys
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "common/book"))
import charts  # noqa: E402

MIB = 1 << 20
SVG = "{http://www.w3.org/2000/svg}"
PAGES = ["cures", "garbage_collector", "page_map", "refcounts"]
DRAWN = [name for name in charts.NAMES if name not in PAGES]
WRITTEN = {"0": 0, "1/R": 1, "1/16": 1024, "1/4": 4096, "1": 16384}  # pages
# For each lesson and moment, RSS, PSS and USS in MiB: of the parent, of each
# worker and of another process.
POOLS = {
    "01": {charts.HELD: [(68, 13, .5), (130, 77, 64.25)]},
    "02": {"filled before the fork: inherited": [(68, 14, .5), (66, 13, .1)],
           "reserved, then passed by value": [(4, 2, .5), (66, 65, 64)]},
    "03": {name: [(1, 1, 1), (1, 1, 1)] for name in (
        "a function", "a handle to the object", "a bound method")},
    "04": {charts.HELD: [(68, 14, .5), (66, 13, .0625)]},
    "07": {"fork": [(68, 14, .5), (66, 13, .1)],
           "spawn": [(68, 65, 64.5), (68, 64.5, 64.25)],
           "forkserver": [(5, 1, .5), (66, 13, .125), (67, 13.5, .125)]},
    "08": {f"the same pages, f = {part}": [
        (68, 14, pages / 256 + .5), (66, 13 + pages / 320, pages / 256)]
        for part, pages in WRITTEN.items()},
    "13": {kind: [(68, 14, .5), (66, 13, .25)]
           for kind in ("memfd", "POSIX shm", "file")}}


def claim(at, what, measured=0, base=0, **more):
    return {"name": "a claim", "holds": True, "measured": measured,
            "figure": {"moment": at, "what": what, "base": base}, **more}


def report(command):
    lesson, flags = command[0], dict(zip(command[1::2], command[2::2]))
    workers, nodes = (int(flags.get(f"--{each}", 4))
                      for each in ("workers", "nodes"))
    q = 100 * float(flags.get("--share", ".01"))
    moments = [{"name": name, "processes": [
        {"role": role, "rss": int(rss * MIB), "pss": int(pss * MIB),
         "uss": int(uss * MIB)} for role, (rss, pss, uss) in zip(
             ["parent"] + ["worker"] * workers + ["fork server"],
             [parent] + [worker] * workers + others)]}
        for name, (parent, worker, *others) in POOLS.get(
            lesson[:2], {}).items()]
    claims = [claim("?", "results")] + {
        "03": [claim(name, "to_workers", symbols={"i": 4, "header": 48} | more)
               for name, more in (
                   ("a function", {"function": 8}),
                   ("a handle to the object", {}),
                   ("a bound method", {"o": 20, "D": 64 * MIB}))],
        "08": [claim(f"the same pages, f = {part}", "pages of workers", pages)
               for part, pages in WRITTEN.items()],
        "16": [claim("a copy in each rank", "total pss", 291 * MIB, 35 * MIB),
               claim("a window on each node", "total pss",
                     (35 + 32 * nodes) * MIB, 35 * MIB)]}.get(lesson[:2], [])
    for moment, count in zip(moments, (68, 68, 80 + 64 * MIB)):
        moment["transfer"] = {"to_workers": 4 * count, "batches": 4}
    return {"lesson": lesson, "moments": moments, "claims": claims,
            "parameters": {"data": (32 if lesson[:2] == "16" else 64) * MIB,
                           "workers": workers, "items": 3 * workers,
                           "nodes": nodes},
            "environment": {"page_size": 4096},
            "charts": [{
                "title": "One object is enough", "subtitle": "Copied pages.",
                "y_unit": "%", "x": {"label": "q", "symbol": "q", "unit": "%"},
                "curves": [{"name": f"s = {s}", "measured": [[q, s * q]],
                            "formula": [[0, 0], [5, 5 * s]]}
                           for s in (1, 8, 8.1)]}]}


def draw(name, change=lambda reports: None):
    """A picture from made-up reports, which `change` may change before."""
    reports = [report(command) for command in charts.commands(name)]
    change(reports)
    return charts.draw(name, lambda _: reports.pop(0), lambda _: "<svg/>")


def texts(root):
    """Each text, its font size, and how far it may reach in a usual font."""
    for text in root.iter(SVG + "text"):
        words, font = "".join(text.itertext()), float(text.get("font-size"))
        before = {"middle": .5, "end": 1}.get(text.get("text-anchor"), 0)
        left = float(text.get("x")) - before * .56 * font * len(words)
        yield (words, font, left, left + .56 * font * len(words),
               float(text.get("y")))


def read_chart(root):
    """The ends of its lines, and its points, in the units of the axes."""
    ticks = [[(float(text.get("x")), float(text.text)) for text in root.iter(
        SVG + "text") if text.get("text-anchor") == anchor and re.fullmatch(
            r"[\d.]+", text.text or "")] for anchor in ("middle", "end")]
    paths = " ".join(path.get("d") for path in root.iter(SVG + "path"))
    left, top, bottom = map(float, re.search(
        r"M(\S+) (\S+)V(\S+)H", paths).groups())
    (right, last), (_, most) = ticks[0][-1], ticks[1][-1]

    def places(pattern, *shift):
        return [((float(x) + dx - left) / (right - left) * last,
                 (bottom - float(y) - dy) / (bottom - top) * most)
                for dx, dy in [shift or (0, 0)]
                for x, y in re.findall(pattern, paths)]
    return places(r"L([\d.]+) ([\d.]+)(?= |$)"), (
        places(r"M(\S+) ([\d.]+)a2 ", 2, 0)
        + places(r"M(\S+) ([\d.]+)h14", 7, 7)
        + places(r"M(\S+) ([\d.]+)h22", 11, 0))


class Charts(unittest.TestCase):
    def test_each_can_be_read_with_and_without_eyes_by_day_and_by_night(self):
        for name in DRAWN:
            svg = draw(name)
            root = xml.fromstring(svg)
            title, words = (root.findtext(SVG + each)
                            for each in ("title", "desc"))
            with self.subTest(name):
                self.assertEqual(svg, draw(name))
                self.assertNotRegex(svg, r"href|url\(|@import|<script|<image")
                self.assertTrue(words.startswith(f"{title}. "))
                self.assertTrue(len(title) <= 70 and len(words.split()) >= 20)
                for style in root.findtext(SVG + "style").split("@media"):
                    for each in root.iter():
                        self.assertIn(f".{each.get('class') or 'ink'}{{", style)
                found = list(texts(root))
                for at, (text, font, left, right, y) in enumerate(found):
                    self.assertGreaterEqual(font, 15, text)
                    self.assertTrue(0 <= left and right <= 480, text)
                    for other in found[:at]:
                        self.assertTrue(right <= other[2] or other[3] <= left
                                        or abs(y - other[4]) >= 14,
                                        (text, other))

    def test_bars_are_to_scale(self):
        for name, one, amount, others in (
                ("course", "01 pass_self, shared: 63.5 MiB of ΣPSS", 63.5, {
                    "01 pass_self, worker 3 alone: 64.2 MiB of ΣPSS": 64.25,
                    "04 global, worker 1 alone: 64 KiB of ΣPSS": .0625,
                    "04 global, shared: 65.2 MiB of ΣPSS": 65.25}),
                ("start_methods", "spawn, worker 3: RSS 68.0 MiB", 68, {
                    "spawn, worker 3: PSS 64.5 MiB": 64.5,
                    "spawn, worker 3: USS 64.2 MiB": 64.25,
                    "fork server, fork server: RSS 67.0 MiB": 67}),
                ("inversion", "inherited, worker 1: 66.0 MiB of ΣRSS", 66, {
                    "passed by value, worker 2: 65.0 MiB of ΣPSS": 65,
                    "inherited, worker 2: 13.0 MiB of ΣPSS": 13}),
                ("messages", "a bound method, D: 64.0 MiB", 64 * MIB, {
                    "a function, header: 48 bytes": 48}),
                ("messages", "header", 48, {"function": 8, "items": 12,
                                            "object": 20, "handle": 8})):
            drawn = {bar.findtext(SVG + "title"): float(bar.get("width"))
                     for bar in xml.fromstring(draw(name)).iter(SVG + "rect")}
            for other, expected in others.items():
                with self.subTest(other):
                    self.assertAlmostEqual(
                        drawn[other], drawn[one] * expected / amount, 2)

    def test_lines_end_and_points_are_at_their_values(self):
        f = [pages / 16384 for pages in WRITTEN.values()]
        for name, *expected in (
                ("workers", [(10.5, 64), (10.5, 64 * 11.5)], [
                    (N, parent + N * worker) for parent, worker, step in (
                        (13, 77, 1), (14, 13, 1), (65, 64.5, 1), (14.5, 13, 1),
                        (14, 13, 3)) for N in range(1, 11, step)]),
                ("writing", [(1.03, 64 * 1.03), (1.03, 64 * 5.12)],
                 [(each, 66 + 204.8 * each) for each in f]
                 + [(each, 64 * each + .5) for each in f]),
                ("nodes", [(8.24, 256), (8.24, 32 * 8.24)],
                 [(K, 256) for K in (1, 2, 4, 8)]
                 + [(K, 32 * K) for K in (1, 2, 4, 8)]),
                ("density", [(5, 5), (5, 40), (5, 40.5)], [
                    (q, slope * q) for slope in (1, 8, 8.1)
                    for q in (.1, .3, 1, 2, 3, 5)])):
            drawn = read_chart(xml.fromstring(draw(name)))
            with self.subTest(name):
                for got, places in zip(drawn, expected):
                    self.assertEqual(len(got), len(places))
                    for axis in (0, 1):
                        most = max(place[axis] for place in places)
                        for here, there in zip(got, places):
                            self.assertAlmostEqual(here[axis] / most,
                                                   there[axis] / most, 3)

    def test_words_have_the_figures(self):
        for name, said in (
                ("course", "spends 321.0 MiB. Inherited: 66.0 MiB"),
                ("course", "ΣPSS 321.0 MiB, of which 63.5 MiB is shared; a "
                           "worker has 64.2 MiB alone"),
                ("inversion", "by PSS it costs 4.0 times less"),
                ("start_methods", "fork server: RSS 67.0 MiB, PSS 13.5 MiB"),
                ("messages", " a bound method: 64.0 MiB, of which header 48 "
                             "bytes, object 20 bytes, D 64.0 MiB, items 12 "
                             "bytes. At"),
                ("workers", "01 pass_self: 90.0 MiB at N = 1,"),
                ("writing", "16.5 MiB at f = 1/4,"),
                ("nodes", "a window on each node: 32.0 MiB at K = 1"),
                ("density", "s = 8: 0.8 % at q = 0.1 %, 2.4 % at q = 0.3 %")):
            with self.subTest(said):
                self.assertIn(said, draw(name))
        self.assertEqual([charts.three_digits(each, "µs") for each in (
            22512, 999.6, .78125)], ["22,500 µs", "1,000 µs", "0.781 µs"])

    def test_what_a_lesson_draws_itself_is_taken_from_it(self):
        self.assertEqual([draw(name) for name in PAGES], ["<svg/>"] * 4)

    def test_what_cannot_be_drawn_is_refused_with_a_sentence(self):
        def with_the_pool_of(to, at, of, source):
            return lambda made: made[to]["moments"][at].update(
                processes=made[of]["moments"][source]["processes"])
        untrue = "the figures do not show that "
        cases = [
            ("course", with_the_pool_of(0, 0, 1, 0), untrue),
            ("inversion", with_the_pool_of(0, 0, 0, 1), untrue),
            ("start_methods", with_the_pool_of(0, 1, 0, 0), untrue),
            ("shared_memory", with_the_pool_of(1, 2, 0, 1), untrue),
            ("course", lambda made: made[1]["moments"].clear(),
             f'the report of 04_global has no moment "{charts.HELD}"'),
            ("messages", lambda made: made[0]["parameters"].update(items=16),
             'the parts of a message of "a function" are 72 bytes together, '
             "but 272 bytes in 4 messages were sent"),
            ("workers", lambda made: made[5]["parameters"].update(data=1),
             "the reports are not of the same amount of data"),
            ("density", lambda made: made[1]["charts"][0]["curves"][1][
                "formula"].pop(), "have curves that differ"),
            ("density", lambda made: made[0]["charts"][0]["curves"].extend(
                made[1]["charts"][0]["curves"]), "has too many curves")]
        for name in charts.NAMES:
            cases += [
                (name, lambda made: made[-1]["claims"][0].update(holds=False),
                 'has a claim that does not hold: "a claim"'),
                (name, lambda made: made[-1]["claims"].clear(),
                 "claims nothing"),
                (name, lambda made: made[0].clear(),
                 "a report is not as a lesson writes it")]
            if name in DRAWN:
                cases.append((name, lambda made: [each.update(
                    moments=[], charts=[], claims=each["claims"][:1])
                    for each in made], " has no "))
        for name, change, sentence in cases:
            with self.subTest(f"{name}: {sentence}"):
                with self.assertRaises(charts.FigureError) as raised:
                    draw(name, change)
                self.assertIn(f"the picture {name}: ", str(raised.exception))
                self.assertIn(sentence, str(raised.exception))


unittest.main()
