"""Bad input: one clear sentence, exit 2."""
import os
import subprocess
import unittest

from support import ROOT, exercises, folder, hand_in, run

EXERCISE = exercises.Exercise("04_global")
PYTHON = EXERCISE.variant("python", "SOLUTION")
CPP = EXERCISE.variant("cpp", "SOLUTION")


class BadInput(unittest.TestCase):
    def expect(self, said, *words, **environment):
        status, text = run(*words, **environment)
        self.assertEqual(status, 2, text)
        self.assertIn(said, text)
        self.assertEqual(len(text.strip().splitlines()), 1, text)

    def test_missing_folder_is_refused(self):
        for command in ("check", "grade"):
            self.expect("is no folder", command, "--dir", "/nowhere/at/all")
            self.expect("DIR=", command)
        self.expect("is no folder", "reset", "--dir", "/nowhere/at/all")

    def test_folder_without_a_stamp(self):
        with folder() as path:
            self.expect("add N=", "check", "--dir", path)
            exercises.write(os.path.join(path, "exercise.py"), PYTHON)
            self.assertEqual(run("check", "--dir", path, "--n", "4")[0], 0)

    def test_empty_hand_in_is_refused(self):
        with folder() as path:
            self.expect("nothing to build", "check", "--dir",
                        hand_in(path, " \n"))
            os.remove(os.path.join(path, "exercise.py"))
            self.expect("nothing to build", "check", "--dir", path)

    def test_two_programs_are_refused(self):
        with folder() as path:
            hand_in(path, CPP, language="cpp")
            exercises.write(os.path.join(path, "another.cc"), CPP)
            self.expect("two programs, another.cc and exercise.cc", "check",
                        "--dir", path)

    def test_file_that_is_not_regular(self):
        with folder() as path:
            hand_in(path, PYTHON)
            os.remove(os.path.join(path, "exercise.py"))
            os.mkfifo(os.path.join(path, "exercise.py"))
            self.expect("no ordinary file", "check", "--dir", path)

    def test_names_with_blanks_and_not_in_ascii(self):
        with folder() as path:
            path = os.path.join(path, "my work ü — ☕ 'x' $(no)")
            done = subprocess.run(
                ["make", "-s", "-C", ROOT, "exercise", "N=04", "IN=python",
                 "OUT=" + path.replace("$", "$$")], env=environment(),
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self.assertEqual(done.returncode, 0, done.stdout)
            exercises.write(os.path.join(path, "exercise.py"), PYTHON)
            self.assertEqual(run("check", "--dir", path)[0], 0)

    def test_unknown_exercise(self):
        for number in ("", "99", "0", "x", "../04_global", "-1", "²"):
            for command in ("exercise", "hint"):
                self.expect("there are: 0", command, "--n=" + number)
        with folder() as path:
            hand_in(path, PYTHON, lesson="99_none")
            self.expect("There is no exercise N=99_none", "check", "--dir", path)

    def test_unknown_language(self):
        self.expect("IN=ruby", "exercise", "--n=04", "--in=ruby")

    def test_unknown_level(self):
        for level in ("4", "0", "x", "-1"):
            self.expect("there are 1, 2 and 3", "hint", "--n=4",
                        "--level=" + level)
        self.assertEqual(run("hint", "--n=4", "--level=3")[0], 0)

    def test_existing_folder(self):
        with folder() as path:
            self.assertEqual(run("exercise", "--n=4", "--out", path)[0], 0)
            self.expect("is there already", "exercise", "--n=4", "--out", path)
            self.expect("cannot be written", "exercise", "--n=4", "--out",
                        "/proc/no")

    def test_reset_keeps_what_was_there(self):
        with folder() as path:
            run("exercise", "--n=4", "--in=python", "--out", path)
            file = os.path.join(path, "exercise.py")
            starter = exercises.read(file)
            exercises.write(file, "mine")
            self.assertEqual(run("reset", "--dir", path)[0], 0)
            self.assertEqual(exercises.read(file), starter)
            self.assertEqual(exercises.read(file + "~"), "mine")

    def test_python_without_numpy(self):
        with folder() as path:
            bare = os.path.join(path, "bare")
            exercises.write(bare, "#!/bin/sh\nexit 1\n")
            os.chmod(bare, 0o755)
            self.expect("has no numpy", "check", "--dir",
                        hand_in(os.path.join(path, "h"), PYTHON),
                        COWPOOL_PYTHON=bare)

    def test_no_compiler(self):
        with folder() as path:
            self.expect("There is no C++ compiler /nowhere/c++", "check", "--dir",
                        hand_in(path, CPP, language="cpp"), CXX="/nowhere/c++")

    def test_library_that_was_not_built(self):
        with folder() as path:
            self.expect("run make lessons", "check", "--dir",
                        hand_in(path, CPP, language="cpp"),
                        COWPOOL_BUILD=os.path.join(path, "none"))

    def test_unknown_words_are_refused(self):
        self.expect("invalid choice", "chek")
        self.expect("COMMAND", *())
        self.expect("--seconds", "check", "--dir=x", "--seconds=long")

    def test_exit_status_is_passed_on_by_make(self):
        done = subprocess.run(["make", "-C", ROOT, "hint", "N=04", "LEVEL=4"],
                              env=environment(), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, 2, done.stdout)


def environment():
    return {name: text for name, text in os.environ.items()
            if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}


if __name__ == "__main__":
    unittest.main()
