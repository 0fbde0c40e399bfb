"""What a claim about figures is tried on: runs that are really measured.

A catch exercise may have a program (program.cc, program.py) that shares its
data in the right way or, as COWPOOL_SUBJECT says, in a wrong one. It is run and
measured from outside, without data and with D bytes, a D that nobody can guess;
the hand-in gets the figures and nothing else.
"""
import functools
import os
import random

import check
import exercises
from exercises import BadExercise, SUFFIX, read


def figures(exercise, language, claim, seconds):
    """Variables for the hand-in, and a sentence for its report."""
    if not os.path.exists(exercise.path("program" + SUFFIX[language])):
        return {}, ""
    return _figures(exercise.lesson, language, claim.get("subject", ""),
                    claim.get("part", 1), seconds)


@functools.lru_cache(None)  # a whole class is measured by the same runs
def _figures(lesson, language, subject, part, seconds):
    exercise = exercises.Exercise(lesson)
    source = read(exercise.path("program" + SUFFIX[language]))
    page = os.sysconf("SC_PAGE_SIZE")
    program, _ = check.build(exercise, language, source, 4 * seconds)

    def moment(data, subject):
        """RSS, PSS and USS of the parent, then of each worker."""
        ended, met = check.run(exercise, language, source, program, seconds,
                               data, more={"COWPOOL_SUBJECT": subject})
        if ended.status != 0 or met.figures.get("workers") != exercise.workers:
            raise BadExercise(f"The program of {exercise.lesson} does not run "
                              f"here: {ended.text().strip() or ended.status}")
        parent, *workers = met.figures["each"]
        # The worker that differs is not the first: a claim has to look at all.
        return [parent] + sorted(workers, key=lambda usage: usage[2])

    part *= random.SystemRandom().uniform(0.75, 1)
    data = int(exercise.data * part) // page * page
    base, held = moment(page, ""), moment(data, subject)
    more = [sum(usage[i] for usage in held) - sum(usage[i] for usage in base)
            for i in range(3)]
    return ({"COWPOOL_FIGURES": " ".join(
        str(number) for number in [data, exercise.workers]
        + [number for usage in base + held for number in usage])},
            f"D was {check.shown(data)}; above base, parent and workers together "
            "had " + ", ".join(f"{name} {round(amount / check.MIB, 1) + 0.0} MiB"
                               for name, amount in zip(
                                   ("ΣRSS", "ΣPSS", "ΣUSS"), more)))
