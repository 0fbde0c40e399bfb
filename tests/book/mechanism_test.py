"""The pictures of the mechanism: drawn as committed, readable, and checked."""
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "common/book/mechanism/main.py"
SVG = "{http://www.w3.org/2000/svg}"


def run(*arguments):
    return subprocess.run([sys.executable, "-B", PROGRAM, *arguments],
                          capture_output=True, text=True)


class Mechanism(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.docs = Path(folder.name)
        (self.docs / "figures").mkdir()
        for file in (ROOT / "docs/figures").glob("how_*.svg"):
            shutil.copy(file, self.docs / "figures")
        self.one = sorted((self.docs / "figures").glob("*.svg"))[0]

    def assert_fault(self, *words):
        checked = run("--check", "--docs", self.docs)
        self.assertEqual(checked.returncode, 1)
        self.assertEqual(checked.stderr.count("\n"), 1, checked.stderr)
        for each in words:
            self.assertIn(each, checked.stderr)

    def test_committed_pictures_are_what_is_drawn(self):
        checked = run("--check")
        self.assertEqual((checked.returncode, checked.stderr), (0, ""))

    def test_drawing_twice_gives_the_same_bytes(self):
        before = self.one.read_bytes()
        self.one.unlink()
        self.assertEqual(run("--docs", self.docs).returncode, 0)
        self.assertEqual(self.one.read_bytes(), before)

    def test_each_picture_is_described_and_large_enough(self):
        for file in (self.docs / "figures").glob("*.svg"):
            svg = xml.parse(file).getroot()
            for part in ("title", "desc"):
                self.assertTrue(svg.findtext(SVG + part), file.name)
            for text in svg.iter(SVG + "text"):
                self.assertGreaterEqual(float(text.get("font-size")), 12,
                                        file.name)

    def test_changed_picture_is_named(self):
        self.one.write_text(self.one.read_text().replace("</svg>", " </svg>"))
        self.assert_fault(self.one.name)

    def test_missing_picture_is_named(self):
        self.one.unlink()
        self.assert_fault(self.one.name)

    def test_picture_that_nothing_draws_is_named(self):
        self.one.with_name("how_old.svg").write_text("")
        self.assert_fault("how_old.svg")

    def test_chapter_with_other_words_is_named(self):
        shown = re.search(rf"!\[.*{self.one.stem}\.svg\)",
                          run("--markdown").stdout)[0]
        chapter = self.docs / "chapter.md"
        chapter.write_text(shown + "\n")
        self.assertEqual(run("--check", "--docs", self.docs).returncode, 0)
        chapter.write_text(shown.replace("![", "![Other words. ") + "\n")
        self.assert_fault("chapter.md", self.one.stem)

    def test_chapter_with_an_undrawn_picture_is_named(self):
        (self.docs / "chapter.md").write_text("![words](figures/how_old.svg)\n")
        self.assert_fault("chapter.md", "how_old")


unittest.main()
