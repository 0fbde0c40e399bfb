"""The program behind the documents: it reads, compares, runs and writes."""
import json
import pathlib
import re
import sys
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "common" / "book"))
import blocks
import compare
import lessons
import main
import parts
from document import Document, Mistake
from runs import Runs

KIB, MIB = 1 << 10, 1 << 20


class Parse(unittest.TestCase):
    def test_finds_blocks_and_loses_no_text(self):
        body = "   ```text\n\n     x\n   ```\n"
        text = ("before\n\n1. item\n\n   <!-- output: a -w 9\n     part: Claims\n"
                f"     free: a: b -->\n{body}   <!-- end -->\n"
                "```sh\n<!-- end -->\n```\nafter\n")
        document = Document("docs/x.md", text)
        block, = document.blocks
        self.assertEqual(
            (block.kind, block.what, block.line, block.options, block.body),
            ("output", "a -w 9", 5, [("part", "Claims"), ("free", "a: b")],
             ["```text", "", "  x", "```"]))
        self.assertEqual(document.with_bodies([block.body]), text)
        self.assertEqual(document.with_bodies([["| 2 |", "", "3"]]),
                         text.replace(body, "   | 2 |\n\n   3\n"))

    def test_names_the_line_of_a_mistake(self):
        for text, mistake in {
                "\n<!-- code: a.cc -->\n```cpp\n```\n":
                    "2: this block has no <!-- end -->",
                "<!-- code: a -->\n\n<!-- code: b -->\n<!-- end -->\n":
                    "1: this block has no <!-- end -->",
                "a\n<!-- end -->\n": "2: <!-- end --> ends no block",
                "<!-- outptu: a -->\n<!-- end -->\n":
                    '1: "outptu: a": expected one of these, and ": ...": output',
                "<!-- table: a\n     part: b -->\n<!-- end -->\n":
                    '2: "part: b": expected one of these, and ": ...": none',
                "<!-- output: a\n": "1: this comment has no -->",
                "<!-- output: a --> b\n":
                    "1: nothing may stand behind --> on its line",
                "<!-- by hand: -->\n": '1: "by hand:": expected one of these'
                }.items():
            with self.subTest(text), self.assertRaisesRegex(
                    Mistake, re.escape("docs/x.md:" + mistake)):
                Document("docs/x.md", text)

    def test_finds_fences_and_tables_without_a_comment(self):
        document = Document("docs/x.md", (
            "```text\n1\n```\n"        # line 1
            "```sh\nmake\n```\n"       # a command
            "| a | b |\n|---|---|\n"   # no figures
            "| [a](01.md) | x |\n\n"   # nor here
            "| a |\n|---|\n| 7 |\n\n"  # line 13
            "<!-- by hand: why -->\n| 8 |\n```\n9\n```\n<!-- end -->\n"))
        self.assertEqual(document.uncovered, [(1, "a fenced block"),
                                              (13, "a table with figures")])


NAME = "a worker owns next to nothing of D"
CLAIM = {"name": NAME, "predicted": 84 * KIB, "measured": 80 * KIB, "low": 4096,
         "high": 256 * KIB, "unit": "bytes", "holds": True}


def row(measured, predicted="84 KiB", name=NAME):
    return f"  holds  {name}  {predicted}  {measured}  fine"


class Compare(unittest.TestCase):
    def found(self, old, new, **slack):
        return [(line, why.partition("\n")[0]) for line, why in compare.compare(
            old.split("\n"), new.split("\n"), **slack)]

    def test_texts_agree_or_differ(self):
        for agree, old, new, slack in (
                (True, "  floats   16 MiB", "  floats  16 MiB ", {}),
                (False, "the data exists", "the data exist", {}),
                (False, "a FAILS 1", "a holds 1", {}),
                (False, "one 1\ntwo 2", "two 2\none 1", {}),
                # Memory: by 2 %, a mebibyte or half of one.
                (True, "1000 MiB", "1019 MiB", {}),
                (False, "1000 MiB", "1025 MiB", {}),
                (True, "13.1 MiB", "14.0 MiB", {}),
                (False, "13.1 MiB", "14.5 MiB", {}),
                (True, "80 KiB", "590 KiB", {}),
                (False, "80 KiB", "600 KiB", {}),
                (True, "1020 KiB", "1.0 MiB", {}),
                (True, "8395.2 MiB", "8.20 GiB", {}),
                (True, "-4 KiB", "0 bytes", {}),
                # Counts, exact bytes, formulas and names: not at all.
                (False, "1,024 pages", "1,025 pages", {}),
                (False, "-80 bytes", "80 bytes", {}),
                (False, "268,435,776 bytes", "268,435,777 bytes", {}),
                (False, "1.5", "1.6", {}), (False, "(N + 1)·D", "N·D", {}),
                (False, "04_global", "05_global", {}),
                # What runs and machines differ in.
                (True, "took 39 ms\n3.6 times", "took 1.5 s\n5.0 times", {}),
                (True, "  20571  parent  1 MiB", "  1  parent  1 MiB", {}),
                (False, "  1  parent", "  1  worker", {}),
                (True, "worker 77 died\nat 0x7f00", "worker 8 died\nat 0x6e", {}),
                (True, "Linux 6.1 · 4 KiB pages · huge pages: never",
                 "Linux 6.18 · 8 KiB pages · huge pages: madvise", {}),
                # What the document says.
                (True, "c0 the code", "60 1c the code", {"free": ["^.*the c"]}),
                (False, "c0 the code", "60 1c the kind", {"free": ["^.*the"]}),
                (True, "blocks 16,380", "blocks 16,378", {"near": ["blocks"]}),
                (False, "blocks 16,380", "blocks 16,000", {"near": ["blocks"]}),
                (False, "floats 16,450", "floats 16,449", {"near": ["blocks"]}),
                (True, "82132 kB", "88896 kB", {"within": 8 * MIB}),
                (False, "82132 kB", "93896 kB", {"within": 8 * MIB}),
                (False, "82132 kB", "88896 kB", {}),
                (False, "82132", "82133", {"within": 8 * MIB}),
                # Where a legend is broken, and how many values a symbol has.
                (True, "  h = 8 bytes · b = 92 KiB\n  B = 16",
                 "  h = 8 bytes\n  b = 84 KiB · B = 16", {}),
                (True, "  Σb = 2.2 MiB · m = 4",
                 "  Σb = 2.4 MiB, 2.5 MiB · m = 4", {}),
                (False, "  h = 8 bytes · B = 16", "  h = 8 bytes", {})):
            with self.subTest(old + new):
                self.assertEqual(agree, not self.found(old, new, **slack))

    def test_checks_measured_figures_against_the_bounds_of_claims(self):
        bounds = compare.claims_of({"claims": [CLAIM]})
        self.assertEqual(
            self.found(row("260 KiB"), row("80 KiB"), claims=bounds),
            [(0, "260 KiB is not within the claim's bounds, 4096 to 262144 "
                 "bytes")])
        for old, predicted, name, agrees in (
                ("250 KiB", "84 KiB", NAME, True),
                ("0 bytes", "84 KiB", NAME, False),
                ("80 KiB", "700 KiB", NAME, False),
                # Known by name, or by the beginning of a long one, and figures.
                ("300 KiB", "7·P + b  84 KiB", NAME, False),
                ("300 KiB", "84 KiB", NAME[:21], False),
                ("300 KiB", "84 KiB", NAME[:13], True),
                ("300 KiB", "84 KiB", "a worker maps all of D", True)):
            with self.subTest(old + name):
                now = row("80 KiB", predicted.replace("700", "84"), name)
                self.assertEqual(agrees, not self.found(
                    row(old, predicted, name), now, claims=bounds))
        self.assertEqual([], compare.claims_of(None) + compare.claims_of(
            {"claims": [CLAIM | {"holds": False}]}))


class Parts(unittest.TestCase):
    OUTPUT = ["04_global", "", "While all hold", "    PID  RSS", "",
              "      1  2 MiB", "", "Claims", "  claim  formula  measured",
              "  one    D               1", "  two    N·D            22", ""]

    def test_are_chosen_from_an_output(self):
        for names, patterns, lines in (
                ((), (), self.OUTPUT[:-1]),
                (["Claims", "While"], (), self.OUTPUT[7:11] + [""] +
                 self.OUTPUT[2:6]),
                (["Claims"], ["^  one"], ["  one  D  1"])):
            self.assertEqual(parts.excerpt(self.OUTPUT, names, patterns), lines)

    def test_that_are_missing_are_named(self):
        with tempfile.NamedTemporaryFile("w", suffix=".cc") as file:
            file.write("int twice() {}\nint twice(int) {}\n")
            file.flush()
            path = pathlib.Path(file.name)
            for sentence, call, *arguments in (
                    ('no part begins with "Claim of"; the parts begin with: '
                     "04_global | While all hold | Claims",
                     parts.excerpt, self.OUTPUT, ["Claim of"]),
                    ("no line of the output matches ^three",
                     parts.excerpt, self.OUTPUT, (), ["^three"]),
                    ('no line there holds "a"', parts.cut, ["a", "d"], "d", "a"),
                    ("it is in lines []", parts.region, path, "nobody"),
                    ("it is in lines [1, 2]", parts.region, path, "twice")):
                self.assertRaisesRegex(ValueError, re.escape(sentence), call,
                                       *arguments)

    def test_of_sources_and_of_the_manifest_are_in_the_documents(self):
        """What the documents show without a run: most of their code, and what
        they say of the lessons."""
        runs, seen = Runs(TOP, "no programs"), 0
        for path in ["README.md", *(f"docs/{path.name}" for path in
                                    TOP.glob("docs/*.md"))]:
            document = Document(path, (TOP / path).read_text())
            for block in document.blocks:
                if block.kind in ("code", "lessons") and \
                        not block.what.startswith("build/"):
                    seen += 1
                    self.assertEqual(
                        blocks.render(document, block, runs).body, block.body,
                        f"{path}:{block.line}")
        self.assertGreater(seen, 100)
        self.assertEqual(lessons.written({"lessons": [{"name": "17_x"}]}), [])


def block(what, lines, kind="output"):
    return f"<!-- {kind}: {what} -->\n```text\n{lines}```\n<!-- end -->\n"


class Documents(unittest.TestCase):
    """A source tree with one document and the program "says" of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = pathlib.Path(folder.name)
        for name in ("docs", "bin", "lessons"):
            (self.top / name).mkdir()
        (self.top / "lessons/lessons.json").write_text("{}")
        self.program("echo ran >> log\n"
                     "echo 'ΣPSS  100.0 MiB'; echo 'claim  holds'")
        self.path = self.top / "docs/x.md"

    def program(self, script, name="says"):
        path = self.top / "bin" / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def lesson(self, name, end="", **files):
        """A lesson that writes each of these files after its flag."""
        cases = "".join(f"--{flag}) echo '{text}' > $2;; "
                        for flag, text in files.items())
        self.program("for flag; do case $flag in " + cases +
                     f"esac; shift; done\n{end}", name)

    def make(self, mode, text=None, left_out=""):
        if text is not None:
            self.path.write_text(text)
        runs = Runs(self.top, self.top / "bin")
        book = main.Book(runs, mode, left_out)
        book.make("docs/x.md")
        return book

    def mistakes(self, text):
        return self.make("check", text).mistakes

    def test_are_written_where_the_programs_disagree(self):
        text = "# A\n\n" + block("says", "") * 2 + "\nend\n"
        book = self.make("write", text)
        self.assertEqual((book.mistakes, book.written), ([], ["docs/x.md"]))
        self.assertEqual(self.path.read_text(), text.replace(
            "text\n", "text\nΣPSS  100.0 MiB\nclaim  holds\n"))
        self.assertEqual((self.top / "log").read_text(), "ran\n")
        text = block("says", "ΣPSS  99.4 MiB\nclaim holds\n")
        self.assertEqual(self.make("write", text).written, [])
        self.assertEqual(self.path.read_text(), text)
        self.assertEqual(self.make("fresh").written, ["docs/x.md"])
        self.assertIn("100.0 MiB", self.path.read_text())

    def test_are_checked_and_not_changed(self):
        text = block("says", "ΣPSS  99.4 MiB\nclaim  FAILS\n")
        self.assertEqual(self.make("check", text).findings, [
            "docs/x.md:1: says\n"
            "  line 4: the program does not say this\n    - claim  FAILS\n"
            "  line 5: the document does not say this\n    + claim  holds"])
        self.assertEqual(self.path.read_text(), text)

    def test_are_not_checked_in_blocks_of_a_program_left_out(self):
        book = self.make("check", block("says", "FAILS\n"), left_out="says")
        self.assertEqual((book.findings, book.checked), ([], 0))
        self.assertFalse((self.top / "log").exists())

    def test_stay_unchanged_where_a_program_or_what_it_needs_is_missing(self):
        self.program("echo too little memory; exit 77")
        book = self.make("fresh", block("says", "old\n"))
        self.assertEqual(book.skipped, ["docs/x.md:1: too little memory"])
        self.assertIn("old", self.path.read_text())
        self.program("echo old")
        for has, skipped in (
                (True, []), (False, ["docs/x.md:1: there is no zero page here"])):
            self.lesson("02_read_the_meter",
                        json=json.dumps({"environment": {"zero_page": has}}))
            book = self.make("check", block("says\n     needs: a zero page",
                                            "old\n"))
            self.assertEqual((book.mistakes, book.skipped), ([], skipped))

    def test_are_refused_with_a_sentence(self):
        (self.top / "a.cc").write_text("")
        self.program("echo no; exit 3", "fails")
        proof = "It is 99 MiB.\n<!-- proof: says\n     says: {} -->\n".format
        for text, sentence in (
                ("```text\nwritten by hand\n```\n", "1: a fenced block that no "
                 "comment speaks for"),
                (block("fails", "no\n"), "1: fails ended with exit status 3 "
                 "where 0 is expected; it printed at last: no"),
                (block("fails\n     exit: 3", "no\n"), None),
                (block("nobody", ""), "1: [Errno 2] No such file"),
                (block("b.cc", "", "code"), "1: [Errno 2] No such file"),
                (block("a.cc#f", "", "code"), '1: "f" is to be defined once'),
                (block("t", "", "table"), '1: there is no table "t"'),
                (block("f", "", "figure"), '1: there is no figure "f"'),
                (block("l", "", "lessons"), '1: there is no lessons "l"'),
                (block("says\n     needs: luck", ""),
                 '1: there is no needs "luck"'),
                (proof("99 MiB"), None),
                (proof("97 MiB"),
                 "2: says does not print 97 MiB, which the prose says"),
                (proof("101 MiB"),
                 "2: 101 MiB is to be in the prose, and is not")):
            with self.subTest(sentence):
                found = self.mistakes(text)
                self.assertEqual(len(found), bool(sentence))
                self.assertIn("docs/x.md:" + (sentence or ""),
                              *found or ["docs/x.md:"])

    def test_compare_pictures_by_their_words(self):
        svg = ("<svg><desc>1,024 &lt; 2,000 shared</desc><text>7</text>"
               "<text>big</text></svg>")
        self.lesson("09_refcounts", svg=svg, json=json.dumps(
            {"lesson": "09_refcounts", "claims": [CLAIM]}))
        drawing = self.top / "docs/figures/refcounts.svg"
        self.make("write", "<!-- figure: refcounts -->\n<!-- end -->\n")
        self.assertEqual(drawing.read_text(), svg + "\n")
        self.assertIn("![1,024 < 2,000 shared](figures/refcounts.svg)",
                      self.path.read_text())
        shown = self.path.read_text()
        for old, new, option, number in (
                ("1,024", "1,030", "", 1), ("1,024", "1,030", "near: shared", 0),
                ("big", "great", "", 1), ("big", "great", "free: big|great", 0),
                ("<text>7</text>", "", "", 0)):  # an axis has more numbers
            drawing.write_text(svg.replace(old, new))
            self.assertEqual(number, len(self.make("check", shown.replace(
                " -->", f"\n     {option} -->", 1)).findings))
        drawing.unlink()
        self.assertIn("No such file", self.make("check").findings[0])

    def test_keep_recordings_in_step(self):
        def recorded(measured=80 * KIB, role="worker", pages=3, what="read",
                     every=2):
            return json.dumps({
                "page_size": MIB,
                "regions": [{"name": "data", "pages": 8, "every": every}],
                "processes": [{"role": "parent"}, {"role": role, "parent": 0}],
                "events": [{"what": what, "moment": "held", "pages": [
                    {"process": 1, "region": 0, "runs": [[2, pages, "x"]]}],
                    "figures": [{"process": 0}, {"process": 1}]}],
                "report": {"claims": [CLAIM | {"formula": "b",
                                               "measured": measured}]}})
        path = self.top / "docs/runs/09_refcounts.json"
        text = "<!-- recording: 09_refcounts -->\n"
        self.lesson("09_refcounts", record=recorded())
        self.make("write", text)
        self.assertEqual(path.read_text(), recorded() + "\n")
        for change, differs in (({"what": 7}, 0), ({"measured": 90 * KIB}, 0),
                                ({"measured": 300 * KIB}, 1), ({"pages": 5}, 1),
                                ({"every": 1, "pages": 6}, 1),
                                ({"every": 4}, 1), ({"every": 6, "pages": 1}, 0),
                                ({"role": "child"}, 1)):
            path.write_text(recorded(**change))
            self.assertEqual(len(self.make("check").findings), differs, change)
            self.make("write")
            self.assertEqual(path.read_text().strip(),
                             recorded(**{} if differs else change))
        path.write_text(recorded(what="written"))
        for mode, shown in (("write", "written"), ("fresh", "read")):
            book = self.make(
                mode, "<!-- replay: 09_refcounts -->\n<!-- end -->\n")
            self.assertEqual((book.mistakes, book.findings), ([], []))
            self.assertIn(f"| 1 | {shown} |", self.path.read_text())
        for end, record in (("", "{"), ("exit 1", recorded())):
            self.lesson("09_refcounts", end, record=record)
            self.assertEqual(len(self.mistakes(text)), 1)


if __name__ == "__main__":
    unittest.main()
