"""What must hold of every exercise: exercise_test.py LESSON LANGUAGE."""
import concurrent.futures
import re
import sys
import unittest

from support import check, checked, exercises, flat

LESSON, LANGUAGE = sys.argv[1:3]
EXERCISE = exercises.Exercise(LESSON)
UNIT = {"byte": 1, "bytes": 1, "KiB": 1 << 10, "MiB": 1 << 20}


def amount(figure):
    """"64.2 MiB" in bytes; what is no amount as it is."""
    number, _, unit = figure.partition(" ")
    return float(number.replace(",", "")) * UNIT[unit] if unit else figure


class Exercise(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        text = EXERCISE.source(LANGUAGE)
        import variants
        cls.names = variants.names(text)
        cls.sources = {name: EXERCISE.variant(LANGUAGE, name)
                       for name in [""] + cls.names}

        def build(name):
            try:
                return check.build(EXERCISE, LANGUAGE, cls.sources[name], 60,
                                   EXERCISE.claims[0].get("subject", ""))
            except check.NoPoints as error:
                return None, f"{error}: warning: {error.output}"
        # What is compiled here is not compiled again by the checks below.
        with concurrent.futures.ThreadPoolExecutor(2) as executor:
            cls.said = dict(zip(cls.sources,
                                (said for _, said in executor.map(
                                    build, cls.sources))))

    def report(self, name):
        return checked(self.sources[name], LESSON, LANGUAGE)

    def test_starter_works_and_fails_by_a_claim(self):
        self.assertNotIn("warning", self.said[""])
        self.assertIn("TODO", self.sources[""])
        report = self.report("")
        self.assertRegex(report.text(), r"(FAILS|WRONG)  ", report.text())
        self.assertLess(report.points, report.of)
        if "starter" in EXERCISE.spec:
            self.assertIn(flat(EXERCISE.spec["starter"]), flat(report.text()))
        self.expect_lines_of_the_task("FAILS|WRONG", report)

    def expect_lines_of_the_task(self, verdict, report):
        """The lines that task.md shows of a check in C++ are those of one."""
        if LANGUAGE != "cpp":
            return
        line = rf"(?m)^ +((?:{verdict})  .*\d of \d+) +(.*)$"
        read = dict(re.findall(line, report.text()))
        task = re.findall(line, exercises.read(EXERCISE.path("task.md")))
        self.assertTrue(task)
        for claim, figure in task:
            self.assertIn(claim, read)
            expected, found = amount(figure), amount(read[claim])
            if isinstance(expected, str):
                self.assertEqual(found, expected, claim)
            else:
                self.assertAlmostEqual(found, expected, msg=claim, delta=max(
                    expected / 20, 128 << 10 if expected > 4096 else 0))

    def test_solution_and_alternative_get_full_points(self):
        for name in ("SOLUTION", "ALTERNATIVE"):
            report = self.report(name)
            self.assertNotIn("warning", self.said[name])
            self.assertTrue(report.full, f"{name}:\n{report.text()}")
            if name == "SOLUTION":
                self.expect_lines_of_the_task("holds|right", report)

    def test_each_mistake_loses_points_and_is_explained(self):
        promised = EXERCISE.spec["mistakes"]
        mistakes = [name for name in self.names if name.startswith("MISTAKE_")]
        self.assertGreaterEqual(len(mistakes), 1)
        self.assertLessEqual({name[8:].lower() for name in mistakes},
                             set(promised))
        for name in mistakes:
            report = self.report(name)
            self.assertFalse(report.full, f"{name}:\n{report.text()}")
            self.assertIn(flat(promised[name[8:].lower()]), flat(report.text()),
                          f"{name}:\n{report.text()}")

    def test_all_texts_of_the_exercise_are_there(self):
        for level in (1, 2, 3):
            self.assertTrue(EXERCISE.hint(level), f"no hint of level {level}")
        self.assertIsNone(EXERCISE.hint(4))
        self.assertIn("**Done**", exercises.read(EXERCISE.path("task.md")))
        self.assertIn("alternative",
                      exercises.read(EXERCISE.path("solution.md")))
        self.assertGreater(EXERCISE.minutes, 0)
        self.assertTrue(set(EXERCISE.languages) <= {"cpp", "python"})
        chapter, _, heading = EXERCISE.chapter.partition("#")
        headings = re.findall(r"^#+ (.*)", exercises.read(
            exercises.os.path.join(exercises.ROOT, chapter)), re.M)
        self.assertTrue(not heading or heading in [
            re.sub(r"[^\w\- ]", "", line).strip().lower().replace(" ", "-")
            for line in headings], f"{chapter} has no heading #{heading}")

    def test_no_variant_contains_a_marker(self):
        for name, text in self.sources.items():
            self.assertNotRegex(text, r"SOLUTION|ALTERNATIVE|MISTAKE_", name)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
