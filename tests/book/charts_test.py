"""The measured pictures, read back: what is drawn is what the reports say.

The reports are those of the recorded runs, docs/runs.
"""
import functools
import json
import re
import sys
import types
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "common/book"))
import charts  # noqa: E402
from quantities import MEBI, mark_quantities, size  # noqa: E402

SVG = "{http://www.w3.org/2000/svg}"


@functools.cache
def recorded(lesson):
    run = json.loads((TOP / f"docs/runs/{lesson}.json").read_text())
    return json.dumps(run["report"])


def reports(name):
    """For each command of a picture the lesson's recorded report, with the
    parameters of the command; the points of its curves are moved, so that no
    two reports have the same."""
    made = []
    for lesson, *flags in map(str.split, charts.FIGURES[name][0]):
        report = json.loads(recorded(lesson))
        report["parameters"] |= {
            flag[2:]: int(value) for flag, value in zip(flags, flags[1:])
            if flag in ("--workers", "--nodes")}
        for curve in report.get("charts", [{"curves": []}])[-1]["curves"]:
            curve["measured"] = [[x * .9 ** len(made), y * .9 ** len(made)]
                                 for x, y in curve["measured"]]
        made.append(report)
    return made


def draw(name, change=lambda reports: None):
    """A picture from these reports, which `change` may change before."""
    made = reports(name)
    change(made)
    left = iter(made)
    return charts.draw(name, lambda words: types.SimpleNamespace(
        report=next(left, None), file=words[-1]))


def values(words):
    return [figure.value for figure in mark_quantities(words)[1]]


def boxes(root):
    """Each text, and the corners of where it may reach in a usual font."""
    for text in root.iter(SVG + "text"):
        words, font = "".join(text.itertext()), float(text.get("font-size"))
        before = {"middle": .5, "end": 1}.get(text.get("text-anchor"), 0)
        left = float(text.get("x")) - before * .56 * font * len(words)
        yield (words, left, left + .56 * font * len(words),
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

    def places(pattern):
        for x, y, sign in re.findall(pattern, paths):
            dx, dy = {"a2 ": (2, 0), "h14": (7, 7),
                      "h22": (11, 0)}.get(sign, (0, 0))
            yield ((float(x) + dx - left) / (right - left) * last,
                   (bottom - float(y) - dy) / (bottom - top) * most)
    return list(places(r"L([\d.]+) ([\d.]+)( |$)")), list(
        places(r"M(\S+) ([\d.]+)(a2 |h14|h22)"))


class Charts(unittest.TestCase):
    def test_words_have_room(self):
        for name, (_, drawn_by) in charts.FIGURES.items():
            found = list(boxes(xml.fromstring(draw(name)))) if drawn_by else []
            for at, (text, left, right, y) in enumerate(found):
                self.assertTrue(0 <= left and right <= 480, (name, text))
                for other, its_left, its_right, its_y in found[:at]:
                    self.assertTrue(right <= its_left or its_right <= left
                                    or abs(y - its_y) >= 14, (name, text, other))

    def assert_in_proportion(self, lengths, amounts):
        for length, amount in zip(lengths, amounts, strict=True):
            self.assertAlmostEqual(length / max(lengths), amount / max(amounts),
                                   delta=.01)

    def test_bars_are_as_long_as_the_figures_beside_them(self):
        for name, number in (("course", 2), ("inversion", 4), ("messages", 2),
                             ("shared_memory", 4), ("start_methods", 3)):
            widths, before, sums = [], [], []
            for each in xml.fromstring(draw(name)):
                words = "".join(each.itertext())
                if each.tag == SVG + "rect" and each.get("class") != "paper-box":
                    widths.append((each.get("class"), float(each.get("width"))))
                elif each.tag == SVG + "text":
                    if widths and words:  # the sum stands behind the bar
                        sums.append((sum(width for _, width in widths),
                                     values(words)[0]))
                    elif [of for of, _ in widths] == ["alone", "shared", "mapped"]:
                        uss, pss, rss = (width for _, width in widths)
                        self.assert_in_proportion(
                            [rss + pss + uss, pss + uss, uss], values(before))
                    widths, before = [], words
            with self.subTest(name):
                self.assert_in_proportion(*zip(*sums[:number]))

    def test_lines_end_and_points_are_at_their_values(self):
        for name, *ends in (
                ("workers", (10.5, 64), (10.5, 64 * 11.5)),
                ("writing", (1.03, 64 * 1.03), (1.03, 64 * 5.12)),
                ("nodes", (8.24, 64 * 8), (8.24, 64 * 8.24)),
                ("density", *sorted((curve["formula"][-1] for curve in reports(
                    "density")[0]["charts"][-1]["curves"]), key=sum))):
            root = xml.fromstring(draw(name))
            lines, points = read_chart(root)
            # " 01 pass_self: 130.4 MiB at N = 1, ... at N = 10."
            said = re.findall(r"([\d.,]+ [KM]?i?[B%]) at . = ([\d.]+)",
                              root.findtext(SVG + "desc"))
            said = [(float(x), values(y)[0] / (MEBI if "B" in y else 1))
                    for y, x in said]
            with self.subTest(name):
                self.assertEqual(len(set(said)), len(said))
                for got, expected in ((lines, ends), (points, said)):
                    for axis in (0, 1):
                        self.assert_in_proportion(
                            *([place[axis] for place in places]
                              for places in (got, expected)))

    def test_words_have_the_figures(self):
        sent, _ = (each["moments"][-1]["processes"] for each in reports("course"))
        pss, uss = (sum(each[figure] for each in sent)
                    for figure in ("pss", "uss"))
        for name, said in (
                ("course", f"Data sent: the machine spends {size(pss)}. "),
                ("course", f"ΣPSS {size(pss)}, of which {size(pss - uss)} is"),
                ("messages", " a bound method: 64.0 MiB, of which header 48 "
                             "bytes, object 20 bytes, D 64.0 MiB, items 12 "),
                ("messages", 'width="144" height="24" class="header"'),
                ("workers", f" 01 pass_self: {size(pss)} at N = 1, "),
                ("cures", "--svg")):
            self.assertIn(said, draw(name))

    def test_what_cannot_be_drawn_is_refused_with_a_sentence(self):
        def with_one_pool(made):
            for report in made:
                for each in report["moments"]:
                    each["processes"] = made[-1]["moments"][-1]["processes"]
        untrue, held = "the figures do not show that ", "all claims of .* hold"
        for name, change, sentence in (
                ("course", with_one_pool, untrue),
                ("inversion", with_one_pool, untrue),
                ("start_methods", with_one_pool, untrue),
                ("shared_memory", with_one_pool, untrue),
                ("messages", lambda made: made[0]["parameters"].update(
                    items=16), 'of "a function" has these parts'),
                ("workers", lambda made: made[5]["parameters"].update(data=1),
                 "the same amount of data"),
                ("density", lambda made: made[1]["charts"][-1]["curves"][1][
                    "formula"].pop(), "is the same curve in all reports"),
                ("course", lambda made: made[1]["moments"].clear(),
                 "not as a lesson writes it: KeyError"),
                ("nodes", lambda made: made[-1]["claims"].clear(), held),
                *((name, lambda made: made[-1]["claims"][0].update(holds=False),
                   held) for name in charts.FIGURES)):
            with self.subTest(f"{name}: {sentence}"):
                self.assertRaisesRegex(ValueError, sentence, draw, name, change)


unittest.main()
