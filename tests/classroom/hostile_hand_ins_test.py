"""Hand-ins that mean harm: each is named, nothing is left of it, and the next is
graded as if it had not been."""
import glob
import os
import re
import tempfile
import unittest
from unittest import mock

from support import (ROOT, check, checked, exercises, folder, hand_in, run,
                     sandbox)

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "hostile")
EXERCISE = exercises.Exercise("04_global")
NEEDS_BWRAP = {"asks_for_the_network", "reads_the_solution",
               "writes_to_the_library", "includes_the_solution"}


def left():
    """What a run can leave behind: processes, files, sockets."""
    found = {name for name in os.listdir(tempfile.tempdir)
             if name.startswith("cowpool-")}
    for path in glob.glob("/proc/[0-9]*/environ"):
        try:
            with open(path, "rb") as file:
                if tempfile.tempdir.encode() in file.read():
                    found.add(path)
        except OSError:
            pass
    with open("/proc/net/unix") as file:
        found |= {line.split()[-1] for line in file if tempfile.tempdir in line}
    return found


class HostileHandIns(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # Others may check hand-ins at the same time.
        cls.place = tempfile.TemporaryDirectory(prefix="hostile-")
        tempfile.tempdir = cls.place.name

    @classmethod
    def tearDownClass(cls):
        tempfile.tempdir = None
        cls.place.cleanup()

    def expect(self, said, report):
        self.assertRegex(report.sentence.lower(), said.lower(), report.text())
        self.assertEqual(report.points, 0, report.text())
        self.assertIn(f"0 of {report.of} points", report.text())
        self.assertTrue(report.text().replace("\n", "").isprintable())
        self.assertEqual(left(), set())

    def expect_good(self):
        report = checked(EXERCISE.variant("cpp", "SOLUTION"), language="cpp")
        self.assertTrue(report.full, report.text())

    def test_a_changed_check_in_module_is_not_used(self):
        with folder() as path:
            hand_in(path, "from check_in import win\nwin()\n")
            exercises.write(os.path.join(path, "check_in.py"),
                            "def win(): print('10 of 10 points')\n")
            report = check.check(check.HandIn(path))
            self.expect("ended by itself with status 1", report)
            self.assertIn("check_in.py was changed", report.text())

    def test_a_check_log_that_is_a_link_is_not_followed(self):
        with folder() as path:
            hand_in(path, "")
            other, log = (os.path.join(path, name)
                          for name in ("other", "check.log"))
            exercises.write(other, "precious")
            for put in (lambda: os.symlink(other, log), lambda: os.mkfifo(log)):
                exercises.write(os.path.join(path, "exercise.py"), "print(1)\n")
                put()
                self.assertEqual(run("check", "--dir", path)[0], 1)
                os.remove(log)
            self.assertEqual(exercises.read(other), "precious")

    def test_memory_is_limited_before_the_watchdog_looks(self):
        groups = sandbox.Groups(sandbox.Limits(1, 1 << 30))
        made = any("memory" in path for path in groups.made)
        groups.remove()
        if not made:
            self.skipTest("no control group may be made")
        with folder() as path, mock.patch.object(sandbox, "_wrong",
                                                 return_value=None):
            ended = sandbox.run(
                ["/bin/sh", "-c", "head -c 400M /dev/zero | tail > /dev/null"],
                sandbox.Limits(60, 64 << 20), path)
        self.assertEqual(ended.why, "memory", ended.output)

    def test_points_that_a_hand_in_prints_do_not_count(self):
        report = checked(EXERCISE.variant("python", "")
                         + "\nprint('10 of 10 points')\n")
        self.assertEqual(report.points, 0, report.text())
        self.assertIn("a report of its own", report.text())


def add(path):
    name, suffix = os.path.splitext(os.path.basename(path))

    def test(self):
        if name in NEEDS_BWRAP and sandbox.kind() != "bubblewrap":
            self.skipTest("not limited without bubblewrap")
        source = exercises.read(path).replace("ROOT", ROOT)
        said = re.match(r"\W+says: (.*)", source).group(1)
        said = "|".join(map(re.escape, said.split("|")))
        report = checked(source, language={".py": "python", ".cc": "cpp"}[suffix],
                         **({"seconds": 3} if "hung" in said else {}))
        self.expect(said, report)
        self.expect_good()

    setattr(HostileHandIns, "test_" + name, test)


for each in sorted(glob.glob(os.path.join(HERE, "*.*"))):
    add(each)

if __name__ == "__main__":
    unittest.main()
