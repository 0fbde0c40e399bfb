"""What make new-exercise and make new-lesson begin, in a copy of this tree; and
an exercise whose hand-in is a test."""
import json
import os
import shutil
import subprocess
import sys
import unittest

from support import ROOT, exercises, folder, hand_in

CATCH = {
    "exercise.json": json.dumps({
        "kind": "catch", "title": "Catch the copy", "minutes": 10, "after": [],
        "languages": ["cpp", "python"], "chapter": "docs/03_bound_method.md",
        "claims": [
            {"says": "holds for the right program", "points": 1,
             "verdict": "holds"},
            {"says": "fails for one that is wrong", "points": 2,
             "subject": "SUBJECT_WRONG", "verdict": "fails",
             "otherwise": "It is off by one."}],
        "mistakes": {}}),
    "subject.h": "#if SUBJECT_WRONG\ninline int two() { return 1; }\n"
                 "#else\ninline int two() { return 2; }\n#endif\n",
    "subject.py": "#if SUBJECT_WRONG\nTWO = 1\n#else\nTWO = 2\n#endif\n",
    "task.md": "**Done**", "hints.md": "", "solution.md": ""}
CPP = ('#include "check_in.h"\n#include "subject.h"\n'
       "int main() { check_in::verdict(two() %s 2); }\n")
PYTHON = ("from check_in import verdict\nfrom subject import TWO\n"
          "verdict(TWO %s 2)\n")


class Begin(unittest.TestCase):
    def setUp(self):
        made = folder()
        self.tree = made.__enter__()
        self.addCleanup(made.__exit__, None, None, None)
        for name in ("lessons", "common", "docs", "tests/lessons",
                     "tests/mutants", "tests/classroom"):
            shutil.copytree(os.path.join(ROOT, name),
                            os.path.join(self.tree, name),
                            ignore=shutil.ignore_patterns("__pycache__"))

    def run_in_it(self, *words, file="common/classroom/main.py"):
        done = subprocess.run(
            [sys.executable, "-B", os.path.join(self.tree, file), *words],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
            env={**os.environ, "COWPOOL_BUILD": exercises.BUILD})
        return done.returncode, done.stdout

    def text(self, name):
        return exercises.read(os.path.join(self.tree, name))

    def test_new_lesson_has_an_exercise_that_passes_all_tests(self):
        status, said = self.run_in_it("new-lesson", "--nn=17", "--name=new_one")
        self.assertEqual(status, 0, said)
        lessons = json.loads(self.text("lessons/lessons.json"))["lessons"]
        self.assertEqual(lessons[-1]["name"], "17_new_one")
        written = [each for each in lessons if "question" in each]
        self.assertTrue(written[-2]["next"].startswith("17_new_one"))
        for name in ("lessons/17_new_one/new_one.cc",
                     "tests/lessons/new_one_test.cc",
                     "tests/mutants/new_one_untouched.patch"):
            self.assertNotRegex(self.text(name), "04_global|esson 04|Global")
        self.assertIn('TEST(NewOne, ', self.text("tests/lessons/new_one_test.cc"))
        status, said = self.run_in_it("17_new_one", "python",
                                      file="tests/classroom/exercise_test.py")
        self.assertEqual(status, 0, said)

        status, said = self.run_in_it("new-lesson", "--nn=17", "--name=new_one")
        self.assertEqual(status, 2, said)
        status, said = self.run_in_it("new-lesson", "--nn=4", "--name=New")
        self.assertEqual(status, 2, said)

    def test_new_exercise_does_not_replace_one(self):
        status, said = self.run_in_it("new-exercise", "--n=4")
        self.assertEqual((status, said), (
            2, "lessons/04_global/exercise is there already.\n"))
        self.assertEqual(self.run_in_it("new-exercise", "--n=99")[0], 2)

    def test_hand_in_that_is_a_test_runs_over_right_and_wrong_programs(self):
        place = os.path.join(self.tree, "lessons", "03_bound_method", "exercise")
        os.makedirs(place, exist_ok=True)
        for name, text in CATCH.items():
            exercises.write(os.path.join(place, name), text)
        for language, source in (("cpp", CPP), ("python", PYTHON)):
            for operator, points, says in (
                    ("==", 3, "All 2 verdicts are right"),
                    (">", 0, "fails for the right program"),
                    ("<=", 1, "It is off by one.")):
                path = hand_in(os.path.join(self.tree, "h"), source % operator,
                               "03_bound_method", language)
                status, said = self.run_in_it("check", "--dir", path)
                self.assertIn(f"{points} of 3 points", said)
                self.assertIn(says, said)
                self.assertEqual(status, 0 if points == 3 else 1)
                shutil.rmtree(path)


if __name__ == "__main__":
    unittest.main()
