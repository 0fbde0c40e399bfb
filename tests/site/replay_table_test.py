"""The table that stands in the place of the player where there is no script."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "common/book"))
from recordings import MOST_ROWS, table  # noqa: E402


def event(what, pss, runs=(), **more):
    figures = [{"process": i, "pss": each} for i, each in enumerate(pss)]
    pages = [{"process": process, "region": 0, "runs": [list(run)]}
             for process, run in runs]
    return {"time": 0, "what": what, "figures": figures, "pages": pages} | more


def recording(*events, **region):
    return {"processes": [{"role": "parent"}, {"role": "worker 1", "parent": 0}],
            "regions": [{"name": "data", "pages": 100} | region],
            "events": list(events)}


def cells(lines):
    return [[cell.strip() for cell in line.split("|")[1:-1]]
            for line in lines[5:-2]]  # without what folds it, and its head


class Table(unittest.TestCase):
    EVENTS = [
        event("built", [400 * 1024], [(0, (0, 100, "x"))]),
        event("nothing", [400 * 1024]),
        event("forked", [3 << 20, 3 << 20],
              [(0, (0, 100, "s")), (1, (0, 100, "s"))],
              messages=[{"from": 0, "to": 1, "bytes": 1000}]),
        event("written", [3 << 20, 4 << 20], [(1, (10, 20, "x"))],
              messages=[{"from": 0, "to": 1, "bytes": 536}]),
        event("a | b", [3 << 20, 4 << 20], [(1, (15, 5, "s"))],
              moment="measured"),
    ]

    def test_rows_say_what_was_recorded(self):
        self.assertEqual(cells(table(recording(*self.EVENTS[:4]))), [
            ["1", "built", "", "100", "", "400 KiB"],
            ["3", "forked", "1000 bytes", "0", "0", "6.0 MiB"],
            ["4", "written", "536 bytes", "0", "20", "7.0 MiB"]])

    def test_a_fork_server_is_no_worker(self):
        forked = recording(self.EVENTS[3])
        forked["processes"][1]["role"] = "fork server"
        self.assertEqual(cells(table(forked))[0][4], "")

    def test_what_was_sent_in_between_is_counted(self):
        events = [self.EVENTS[2]] + [event("n", [1], [(1, (i, 9, "x"))],
                                           moment=str(i)) for i in range(9)]
        rows = cells(table(recording(*self.EVENTS[1:2], *events)))
        self.assertEqual(len(rows), 9)
        self.assertEqual(rows[0][2], "1000 bytes")

    def test_a_moment_is_there_however_little_has_changed(self):
        rows = cells(table(recording(*[self.EVENTS[3]] * 20, self.EVENTS[4])))
        self.assertEqual(len(rows), MOST_ROWS)
        self.assertEqual(rows[-1][0], "21")

    def test_a_bar_ends_no_cell(self):
        self.assertIn("a \\| b", table(recording(*self.EVENTS))[-3])

    def test_a_page_that_was_recorded_counts_for_several(self):
        rows = cells(table(recording(*self.EVENTS[2:4], every=4)))
        self.assertEqual(rows[-1][4], "about 80")


if __name__ == "__main__":
    unittest.main()
