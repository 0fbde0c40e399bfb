"""A class is graded: a row for each hand-in, whatever is in it."""
import csv
import os
import unittest

from support import exercises, folder, hand_in, run

EXERCISE = exercises.Exercise("04_global")


class Class(unittest.TestCase):
    def test_each_hand_in_has_its_row(self):
        with folder() as path:
            names = {
                "1 good": EXERCISE.variant("python", "SOLUTION"),
                "2 starter": EXERCISE.variant("python", ""),
                "3 <script>alert(1)</script>":
                    "print('<script>alert(2)</script>')\n",
                "=4+4": "import sys; sys.exit(9)\n", "5 empty": "",
                "a;=4+4\x1b[2J": "raise ValueError('\x1b[2J')\n"}
            for name, source in names.items():
                hand_in(os.path.join(path, "class", name.replace("/", "∕")),
                        source)
            os.mkdir(os.path.join(path, "class", "6 nothing"))
            os.mkdir(os.path.join(path, "class", "8 closed"), 0)
            os.symlink("/", os.path.join(path, "class", "7 link"))
            table, page = (os.path.join(path, name) for name in ("c", "h"))
            status, said = run("grade", "--dir", os.path.join(path, "class"),
                               "--csv", table, "--html", page)
            self.assertEqual(status, 1, said)
            with open(table, newline="", encoding="utf-8-sig") as file:
                rows = list(csv.DictReader(file))
            # Of three it cannot be said what they are: they are not graded.
            self.assertEqual([row["points"] for row in rows],
                             ["10", "0", "0", "", "", "", "0", "0"], said)
            self.assertIn("no folders: 7 link", said)
            self.assertTrue(said.replace("\n", "").isprintable(), said)
            self.assertEqual(rows[0]["name"], "1 good")
            self.assertIn("is empty", rows[3]["verdict"])
            self.assertIn("exercise.stamp", rows[4]["verdict"])
            self.assertEqual(rows[6]["name"], "'=4+4")
            self.assertIn("status 9", rows[6]["verdict"])
            # Also for who takes semicolons as separators.
            self.assertIn('"a;=4+4?[2J"', exercises.read(table))
            html = exercises.read(page)
            self.assertNotIn("<script", html)
            self.assertIn("&lt;script&gt;alert(2)", html)
            self.assertNotIn("http", html)
            # Nothing of a hand-in was changed.
            self.assertEqual(sorted(os.listdir(os.path.join(
                path, "class", "1 good"))), ["exercise.py", "exercise.stamp"])

    def test_folder_without_hand_ins(self):
        with folder() as path:
            status, said = run("grade", "--dir", path)
            self.assertEqual(status, 2, said)
            self.assertIn("has no folder in it", said)


if __name__ == "__main__":
    unittest.main()
