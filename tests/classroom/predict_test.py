"""make predict and make handouts: what people type, what becomes of it, and that
each question's figure is in its lesson's JSON."""
import json
import os
import pty
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
MAIN = os.path.join(ROOT, "common", "classroom", "main.py")
sys.path.insert(0, os.path.dirname(MAIN))

import exercises  # noqa: E402
import handouts  # noqa: E402
import lessons  # noqa: E402
import plan  # noqa: E402
import predict  # noqa: E402

# Shared with the tests of the form on the site.
with open(os.path.join(ROOT, "tests", "classroom", "entries.json")) as file:
    ENTRIES = json.load(file)
MIB = 1 << 20


def parsed(text, kind):
    return predict.parse(text, ENTRIES["questions"][kind], ENTRIES["names"])


class Entries(unittest.TestCase):
    def test_entries_are_read_as_people_type_them(self):
        for text, kind, expected in ENTRIES["read"]:
            with self.subTest(text):
                self.assertEqual(parsed(text, kind), expected)

    def test_entries_without_meaning_are_refused_in_a_sentence(self):
        for why in ("cannot be read", "has no unit"):
            for text, kind in ENTRIES[why]:
                with self.subTest(text):
                    with self.assertRaisesRegex(ValueError, why + ": give"):
                        parsed(text, kind)

    def test_entries_of_any_length_are_refused_in_a_sentence(self):
        for text in ("(" * 2000, "9" * 5000):
            with self.assertRaisesRegex(ValueError, "cannot be read: give"):
                parsed(text, "pipe")


class Symbols(unittest.TestCase):
    def test_symbols_of_a_chapter_are_those_to_which_it_gives_one_value(self):
        chapter = ("## Predict first\n\nC = 16,450 pages, q = 0.05 %, s = 8 bytes"
                   " or s = 32 bytes,\nM·t = 64 MiB, D = 64 MiB, R = 64 MiB / 4"
                   " KiB = 16,384\nand k = 4·R.\n\n## Run\n")
        with unittest.mock.patch.object(lessons, "source", lambda _: chapter):
            self.assertEqual(predict.symbols_of("x"),
                             {"C": 16450, "q": 0.0005, "D": 64 << 20})


class Verdicts(unittest.TestCase):
    def test_verdicts_tell_right_close_and_usual_mistakes_apart(self):
        for told, measured, kind, word, mistake in ENTRIES["judged"]:
            with self.subTest("%s of %s" % (told, measured)):
                self.assertEqual(
                    predict.judge(told, measured, ENTRIES["questions"][kind],
                                  ENTRIES["names"]), (word, mistake))

    def test_amounts_are_shown_as_in_the_lessons(self):
        for amount, unit, expected in ENTRIES["shown"]:
            self.assertEqual(predict.shown(amount, unit), expected)


class EachLesson(unittest.TestCase):
    """One run of each lesson; what asks and what prints must agree with it."""

    def test_each_lesson_reports_what_its_questions_ask_for(self):
        for lesson in filter(lessons.can_run, lessons.asking()):
            name = lesson["name"]
            questions = lessons.predictions(name)["questions"]
            found = lessons.report(name)
            names = predict.names_of(found)
            self.assertIn(len(questions), range(3, 7), name)
            for question in questions:
                # Without a zero page the parent takes D to read its array.
                if (name.startswith("02") and "passed" in question["asks"]
                        and not found["environment"]["zero_page"]):
                    continue
                with self.subTest("%s: %s" % (name, question["asks"])):
                    self.check(question, found, names)
            with self.subTest(name + ": handouts"):
                self.check_handouts(lesson, questions, found)

    def check(self, question, found, names):
        measured = predict.figure(question["figure"], found)
        self.assertIn(question["unit"], ("bytes", "number"))
        self.assertEqual(
            predict.judge(measured, measured, question, names)[0], "right")
        for k, (formula, text) in enumerate(question["wrong"]):
            told = int(round(exercises.value(formula, names)))
            self.assertEqual(predict.judge(told, measured, question, names),
                             ("wrong", k), "%s = %d" % (formula, told))
            self.assertTrue(text.endswith("."))

    def check_handouts(self, lesson, questions, found):
        sheet = handouts.sheet(lesson, questions)
        answers = handouts.answers(lesson, questions, found)
        self.assertEqual(sheet.count("class=number"), len(questions))
        for question in questions:
            self.assertIn(predict.shown(predict.figure(
                question["figure"], found), question["unit"]), answers)
        for page in (sheet, answers):
            self.assertNotRegex(page, r"(src|href)=|\*\*|`")


class AClass(unittest.TestCase):
    def test_what_is_no_line_of_predictions_is_said_and_left_out(self):
        question = lessons.predictions("04_global")["questions"][1]
        line = {"lesson": "04_global", "names": predict.NAMES,
                "answers": [{"asks": question["asks"], "value": 1, "measured": 2}]}
        texts = [json.dumps(each) for each in (
            line, {**line, "names": {"N": 0}}, {**line, "names": {"D": "x"}}, 5)]
        texts.append("[" * 100000)
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "eve.jsonl"), "w") as file:
                file.write("\n".join(texts))
            lines, odd = predict.kept_lines(folder, "04_global")
        self.assertEqual((len(lines), len(odd)), (1, 4), odd)

    def test_answers_of_a_class_are_shown_as_a_histogram(self):
        question = lessons.predictions("04_global")["questions"][1]
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "anna.jsonl"), "w") as file:
                for told in (13 * MIB, 13 * MIB, 16 * MIB, 7 << 30, None):
                    file.write(json.dumps(
                        {"lesson": "04_global", "names": predict.NAMES,
                         "answers": [{"asks": question["asks"], "value": told,
                                      "measured": 13781811}]}) + "\n")
                file.write('{"lesson": "04_global"}\n{"lesson": "01_pass_self"}\n')
            lines, odd = predict.kept_lines(folder, "04_global")
        self.assertEqual(len(lines), 5)
        self.assertRegex(odd[0], r"anna.jsonl:6 is no line of predictions")
        shown = "\n".join(predict.histogram(question, 1, lines))
        for row in (r"right +2  ##\n", r"close +0\n", r"D/N +1  #\n",
                    r"You divided", r"other +1  #\n +7,168.0 MiB",
                    r"no idea +1  #"):
            self.assertRegex(shown, row)

    def test_plans_name_their_lengths_and_lessons(self):
        lines = "\n".join(plan.plans())
        for words in ("One day", "Three times", "Six weeks", "04_global"):
            self.assertIn(words, lines)


class Runs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.kept = os.path.join(folder.name, "new", "kept.jsonl")

    def predict(self, **how):
        done = subprocess.run(
            [sys.executable, "-B", MAIN, "predict", "--n=04"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
            env=dict(os.environ, PREDICTIONS=self.kept, PYTHONUTF8="1"), **how)
        return done.returncode, done.stdout

    def type(self, text):
        master, slave = pty.openpty()
        os.write(master, text.encode())
        try:
            return self.predict(stdin=slave)
        finally:
            os.close(master)
            os.close(slave)

    def test_answers_from_a_pipe_are_kept(self):
        status, said = self.predict(input="64M\n16M\n0\nD\n?\n")
        self.assertEqual(status, 0, said)
        self.assertIn("3 of 5 right", said)
        self.assertIn("You divided by the workers only.", said)
        self.assertLessEqual(max(map(len, said.splitlines()[:-4])), 80)
        with open(self.kept) as file:
            line = json.loads(file.read())
        self.assertEqual([each["value"] for each in line["answers"]],
                         [64 * MIB, 16 * MIB, 0, 64 * MIB, None])
        self.assertEqual(set(line), {"lesson", "time", "names", "answers"})

    def test_unreadable_answers_from_a_pipe_are_refused(self):
        for text in ("64M\n", "64M\nmany\n0\nD\n?\n", ""):
            status, said = self.predict(input=text)
            self.assertEqual((status, said.count("\n")), (2, 1), said)
        self.assertFalse(os.path.exists(self.kept))

    def test_unreadable_answers_at_a_terminal_are_asked_again(self):
        status, said = self.type("64M\nmany\n16M\n0\nD\n240\n")
        self.assertEqual(status, 0, said)
        self.assertIn("'many' cannot be read", said)
        self.assertIn("4 of 5 right", said)

    def test_the_end_of_input_ends_the_questions_quietly(self):
        status, said = self.type("64M\n\x04")
        self.assertEqual(status, 0, said)
        self.assertNotIn("Traceback", said)
        self.assertFalse(os.path.exists(self.kept))


if __name__ == "__main__":
    unittest.main()
