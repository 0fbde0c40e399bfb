"""Starters are made from solutions by markers, and nothing else is evaluated."""
import unittest

from support import exercises

import variants

TEXT = """\
common
#if SOLUTION || ALTERNATIVE
shared
#if SOLUTION
only it
#endif
#elif MISTAKE_ONE
one
#else
starter
#endif
#ifdef OTHER
#if SOLUTION
inside
#endif
#endif
end
"""


class Variants(unittest.TestCase):
    def test_each_variant_gets_its_branches(self):
        other = "#ifdef OTHER\n#endif\nend\n"
        self.assertEqual(variants.make(TEXT, ""), "common\nstarter\n" + other)
        self.assertEqual(variants.make(TEXT, "ALTERNATIVE"),
                         "common\nshared\n" + other)
        self.assertEqual(
            variants.make(TEXT, "SOLUTION"), "common\nshared\nonly it\n"
            "#ifdef OTHER\ninside\n#endif\nend\n")
        self.assertEqual(variants.make(TEXT, "MISTAKE_ONE"),
                         "common\none\n" + other)

    def test_names_of_variants_are_found(self):
        self.assertEqual(variants.names(TEXT),
                         ["ALTERNATIVE", "MISTAKE_ONE", "SOLUTION"])

    def test_markers_that_cannot_be_read_are_refused(self):
        for text in ("#if SOLUTION && ALTERNATIVE\n#endif\n", "#if SOLUTION\n",
                     "#endif\n", "#if !SOLUTION\n#endif\n"):
            with self.assertRaises(variants.BadMarkers):
                variants.make(text, "")

    def test_expressions_are_numbers_names_and_four_operators(self):
        symbols = {"D": 100, "N": 4, "base": 7}
        self.assertEqual(exercises.value("base + D/16 - -1*N", symbols), 17.25)
        for bad in ("__import__('os')", "D.real", "D**9", "f(1)", "'a'", "x",
                    "[1]", "D if N else 1", "1/0", "", "True"):
            with self.assertRaises(exercises.BadExercise, msg=bad):
                exercises.value(bad, symbols)


if __name__ == "__main__":
    unittest.main()
