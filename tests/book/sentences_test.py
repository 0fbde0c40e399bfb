"""Figures in sentences: what sentences.py takes for one, and what it notices."""
import pathlib
import random
import re
import sys
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "common" / "book"))
import sentences

BLOCK = """
<!-- output: 04_global -->
```text
   PID  process        USS
  3201  worker    52.3 KiB
together         1,040.6 MiB
```
<!-- end -->

"""


class Sentences(unittest.TestCase):
    def check(self, text, others=None):
        with tempfile.TemporaryDirectory() as folder:
            for name, other in (others or {}).items():
                pathlib.Path(folder, name).write_text(other)
            path = pathlib.Path(folder, "page.md")
            path.write_text(text)
            return [each.removeprefix(f"{path}:")
                    for each in sentences.check(path)]

    def agree(self, text, **more):
        self.assertEqual(self.check(text, **more), [])

    def test_a_figure_of_a_block_may_be_rounded(self):
        self.agree(BLOCK + "A worker has 52.3 KiB, or 52 KiB. All: 1,041 MiB.")

    def test_a_wrong_figure_is_reported_with_its_line(self):
        self.assertEqual(
            self.check(BLOCK + "A worker\nhas 53 KiB."),
            ["11: no program says 53 KiB: expected it in a block of this page,"
             " or in a comment <!-- figures: 53 KiB source: ... -->"])

    def test_a_wrong_unit_is_a_mistake(self):
        self.assertEqual(len(self.check(BLOCK + "It has 52 MiB.")), 1)

    def test_about_allows_five_percent(self):
        self.agree(BLOCK + "It has about\n50 KiB.")
        self.assertEqual(len(self.check(BLOCK + "It has about 49 KiB.")), 1)

    def test_the_unit_of_a_range_follows_its_second_figure(self):
        self.assertEqual(len(self.check("It takes 7 to 11 ms.")), 2)

    def test_a_figure_at_a_line_end_has_its_unit_on_the_next(self):
        self.assertEqual(len(self.check(BLOCK + "It has 52\nMiB.")), 1)

    def test_an_expression_is_computed(self):
        self.agree("A share is 8 / 5 = 1.6 MiB, then (1 + 2)·4 = 12.")
        self.assertEqual(len(self.check("A share is 6 / 5 = 1.3 MiB.")), 1)

    def test_the_value_of_an_expression_may_be_said_again(self):
        self.agree("A share is 8 / 5 = 1.6 MiB. Those 1.6 MiB are shared.")

    def test_small_counts_versions_years_and_code_are_no_figures(self):
        self.agree("Of 4 workers 3 run on Linux 6.18 since 2024; see lesson 04 "
                   "and [15](15.md), and `--data 64MiB`.\n\n13. An item.\n")

    def test_a_setting_needs_a_block_with_the_same_symbol(self):
        block = BLOCK.replace("together", "M = 4 · N = 5 workers")
        self.agree(block + "Here N = 5.")
        self.assertEqual(len(self.check(block + "Here N = 4.")), 1)

    def test_a_listed_figure_needs_no_block(self):
        self.agree("A pipe holds 64 KiB.\n"
                   "<!-- figures: 64 KiB\n     source: pipe(7) -->\n")

    def test_a_listed_figure_that_is_in_no_sentence_is_a_mistake(self):
        self.assertEqual(
            self.check("<!-- figures: 64 KiB\n     source: pipe(7) -->\n"),
            ["1: 64 KiB is listed and in no sentence, or a block shows it"])

    def test_a_figure_of_another_page_is_looked_up_there(self):
        text = ("It has 52 KiB.\n"
                "<!-- figures: 52 KiB\n     from: other.md -->\n")
        self.agree(text, others={"other.md": BLOCK})
        self.assertEqual(self.check(text, others={"other.md": "52 KiB"}),
                         ["2: other.md does not show 52 KiB"])

    def test_figures_of_proofs_and_pictures_count_as_shown(self):
        self.agree("It has 7 MiB and 9 pages of 17.\n"
                   "<!-- proof: 04_global\n     says: 7 MiB -->\n"
                   "<!-- figure: x -->\n![x](x.svg)\n<!-- end -->\n",
                   others={"x.svg": "<svg><text>17 pages</text></svg>"})

    def test_a_changed_digit_in_the_documents_is_noticed(self):
        chance = random.Random(20261129)
        changed = noticed = 0
        for path in sorted((TOP / "docs").glob("*.md")):
            text = path.read_text()
            lines = text.split("\n")
            for first, paragraph in sentences.Page(path, text).paragraphs:
                begin = sum(len(line) + 1 for line in lines[:first - 1])
                for at, _ in sentences.checked_figures(paragraph):
                    number = re.compile(sentences.NUMBER).match(paragraph, at)
                    place = begin + chance.choice(
                        [i for i in range(*number.span())
                         if paragraph[i].isdigit()])
                    digit = (int(text[place]) + chance.randint(1, 9)) % 10
                    changed += 1
                    noticed += bool(sentences.check(
                        path, text[:place] + str(digit) + text[place + 1:]))
        self.assertGreater(changed, 300)
        # Some become another figure of the page, which cannot be told apart.
        self.assertGreater(noticed, 0.85 * changed)


if __name__ == "__main__":
    unittest.main()
