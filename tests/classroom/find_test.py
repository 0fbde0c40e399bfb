"""What the find-it exercises say of cowtop's output is what it shows.

    python3 -B tests/classroom/find_test.py BUILD [unittest's arguments]

Each cause has `figures` beside its text: bounds in units of the data, and a
part of cowtop's sentence. They must hold for the job with that cause, and for
no other of the same exercise.
"""
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
CLASSROOM = os.path.join(ROOT, "common", "classroom")
sys.path.insert(0, CLASSROOM)
import find  # noqa: E402
from exercises import BadUsage  # noqa: E402
import find_job  # noqa: E402

BUILD = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else find.BUILD
DATA = find.DATA  # of which five interpreters are the smaller part
EXERCISES = find.exercises()


def look(pid):
    """What of cowtop's output the exercises speak of."""
    output = subprocess.run(
        [os.path.join(BUILD, "bin", "cowtop"), "--json", str(pid)],
        stdout=subprocess.PIPE, check=True).stdout
    report = json.loads(output)
    processes = report["processes"]
    parents = {one["ppid"] for one in processes}
    workers = [one for one in processes if one["pid"] not in parents]
    parent, between = processes[0], [
        one for one in processes[1:] if one["pid"] in parents]
    evidence = " ".join(report["diagnosis"]["evidence"])
    forked_from = re.search(r"forked from PID (\d+)", evidence)
    if forked_from:  # by what the tree shows
        assert int(forked_from.group(1)) in {w["ppid"] for w in workers}
    assert len(workers) == find.WORKERS, processes
    assert len({one["command"] for one in processes}) == 1, processes
    return {
        "kind": report["diagnosis"]["kind"],
        "says": report["diagnosis"]["sentence"],
        "forked": forked_from is not None,
        "server": bool(between),
        "server_rss": [one["rss"] for one in between],
        "worker_uss": [one["uss"] for one in workers],
        "worker_rss": [one["rss"] for one in workers],
        "parent_uss": [parent["uss"]],
        "parent_rss": [parent["rss"]],
        "total_pss": [report["totals"]["pss"]],
    }


def does_hold(name, expected, seen):
    if name == "says":
        return expected in seen
    if isinstance(expected, list):
        low, high = expected
        return bool(seen) and all(low <= amount / DATA <= high
                                  for amount in seen)
    return expected == seen


def what_differs(figures, seen):
    return [name for name, expected in figures.items()
            if name != "grows" and not does_hold(name, expected, seen[name])]


def grows(pid, before):
    """Whether USS of the workers grows, by more than an idle one's does."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        now = look(pid)["worker_uss"]
        if min(b - a for a, b in zip(before, now)) >= 128 << 10:
            return True
    return False


def alive(group):
    """The processes of a job: its group is its own."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{name}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
            if int(fields[2]) == group and fields[0] != "Z":
                found.append(int(name))
    return found


def slug(heading):
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def classroom(*arguments, answers="", build=BUILD, path=os.environ["PATH"]):
    return subprocess.run(
        [sys.executable, "-B", os.path.join(CLASSROOM, "main.py"), "find",
         *arguments], input=answers, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, universal_newlines=True, timeout=100,
        env=dict(os.environ, COWPOOL_BUILD=build, PATH=path))


class Figures(unittest.TestCase):
    def test_each_cause_has_figures_of_its_own(self):
        seen = {}
        for lesson, exercise in EXERCISES.items():
            for cause in exercise["causes"]:
                with self.subTest(lesson=lesson, job=cause["job"]):
                    self.check(exercise, cause, seen)

    def check(self, exercise, cause, seen):
        if cause["job"] not in seen:
            with contextlib.closing(find.Job(cause["job"], DATA)) as job:
                shown = seen[cause["job"]] = look(job.process.pid)
                if cause["figures"].get("grows"):
                    self.assertTrue(
                        grows(job.process.pid, shown["worker_uss"]))
            self.assertEqual(alive(job.process.pid), [])
        shown = seen[cause["job"]]
        self.assertEqual(what_differs(cause["figures"], shown), [], shown)
        for other in exercise["causes"]:
            if other is not cause:
                self.assertTrue(what_differs(other["figures"], shown),
                                f"{other['says']} {shown}")


class Exercises(unittest.TestCase):
    def test_there_are_at_least_three(self):
        self.assertGreaterEqual(len(EXERCISES), 3)

    def test_each_has_all_its_parts(self):
        for exercise in EXERCISES.values():
            for name in ("title", "minutes", "after", "story", "look"):
                self.assertTrue(exercise[name])
            causes = exercise["causes"]
            self.assertEqual("".join(one["key"] for one in causes), "abcde")
            self.assertEqual(len({one["job"] for one in causes}), 5)
            for cause in causes:
                self.assertIn(cause["job"], find_job.CAUSES)
                path, _, anchor = cause["read"].partition("#")
                with open(os.path.join(ROOT, path), encoding="utf-8") as file:
                    headings = re.findall(r"^#+ (.*)$", file.read(), re.M)
                self.assertIn(anchor, map(slug, headings))

    def test_seeds_draw_every_cause(self):
        for lesson, exercise in EXERCISES.items():
            drawn = {find.draw(exercise["causes"], lesson, str(seed))["key"]
                     for seed in range(60)}
            self.assertEqual(drawn, set("abcde"))


class Answers(unittest.TestCase):
    def test_only_the_right_answer_is_accepted(self):
        for lesson, exercise in EXERCISES.items():
            right = find.draw(exercise["causes"], lesson, "7")
            for cause in exercise["causes"]:
                done = classroom(lesson, "--seed=7",
                                 "--answer=" + cause["key"].upper())
                text = " ".join(done.stdout.split())
                self.assertIn(cause["because"], text)
                if cause is right:
                    self.assertEqual(done.returncode, 0)
                    self.assertIn(cause["read"], text)
                else:
                    self.assertEqual(done.returncode, 1)
                    self.assertIn(exercise["look"], text)

    def test_wrong_answers_are_asked_again_and_nothing_is_left(self):
        right = find.draw(EXERCISES["02"]["causes"], "02", "7")["key"]
        wrong = "a" if right != "a" else "b"
        done = classroom("2", "--seed=7", answers=f"x\n{wrong}\n{right}\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        for part in ("one of a, b, c, d, e", f"No. With {wrong}", "Right. "):
            self.assertIn(part, done.stdout)
        self.assertNothingLeft(done.stdout)

    def test_the_end_of_input_ends_the_job(self):
        done = classroom("07")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertNothingLeft(done.stdout)

    def test_a_job_whose_parent_is_killed_ends(self):
        process = subprocess.Popen(
            [sys.executable, "-B", os.path.join(CLASSROOM, "main.py"), "find",
             "07", "--seed=2"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            universal_newlines=True, env=dict(os.environ, COWPOOL_BUILD=BUILD))
        text = ""
        while "cowtop " not in text:
            text += process.stdout.readline()
        pid = int(text.split()[-1])
        self.assertGreater(len(alive(pid)), find.WORKERS)
        process.kill()
        process.communicate()
        deadline = time.monotonic() + 20
        while alive(pid) and time.monotonic() < deadline:
            pass
        self.assertEqual(alive(pid), [])

    def assertNothingLeft(self, text):
        pid = int(re.search(r"cowtop (\d+)", text).group(1))
        self.assertEqual(alive(pid), [])


class BadInput(unittest.TestCase):
    def test_bad_arguments_are_refused_in_one_sentence(self):
        for arguments, part in (
                (["03"], "N=03 has no find-it exercise"),
                (["Ä b"], "N=Ä b has no find-it exercise"),
                (["02", "--seed=x"], "SEED=x is not a number"),
                (["02", "--seed=-1"], "SEED=-1 is not a number"),
                (["02", "--seed=7", "--answer=z"], "ANSWER=z is none of a"),
                (["02", "--answer=c"], "ANSWER= needs SEED=")):
            done = classroom(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn(part, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertEqual(done.stdout, "")

    def test_missing_cowtop_and_build_tools_are_reported(self):
        with tempfile.TemporaryDirectory() as empty:
            os.symlink("/bin/sh", os.path.join(empty, "sh"))
            done = classroom("02", build=empty, path=empty)
        self.assertEqual(done.returncode, 2)
        self.assertIn("cowtop is needed and could not be built", done.stderr)
        self.assertNotIn("Traceback", done.stderr)

    def test_a_job_that_cannot_be_started_says_why(self):
        with self.assertRaisesRegex(BadUsage, "The job could not be started: "):
            find.Job("shared", 1 << 60)


if __name__ == "__main__":
    unittest.main()
