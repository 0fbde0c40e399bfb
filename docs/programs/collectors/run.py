"""Runs the program of another runtime, if that is installed: run.py ruby"""
import shutil
import subprocess
import sys

PROGRAMS = {"perl": ["perl", "perl.pl"], "ruby": ["ruby", "ruby.rb"],
            "R": ["Rscript", "r.R"], "PHP": ["php", "php.php"]}

command = PROGRAMS[sys.argv[1]]
if shutil.which(command[0]) is None:
    print("%s is not installed" % command[0])
    sys.exit(77)  # "not possible on this machine": the proof skips the block
sys.exit(subprocess.call(command))
