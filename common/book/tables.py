"""The tables of the documents that are made from several runs."""
from quantities import size


def as_markdown(rows):
    """The rows of cells as lines of a table; the first row is its heading.

    A column whose heading ends in ":" is aligned right.
    """
    rules = ["---:" if cell.endswith(":") else "---" for cell in rows[0]]
    heading = [cell.removesuffix(":") for cell in rows[0]]
    lines = [f"| {' | '.join(row)} |" for row in [heading, *rows[1:]]]
    return [lines[0], f"|{'|'.join(rules)}|", *lines[1:]]


def processes(report):
    """Those of the last moment: the pool over the data."""
    return report["moments"][-1]["processes"]


def spent(report):
    return size(sum(process["pss"] for process in processes(report)))


def worker(report, figure):
    """The largest figure of the workers."""
    return size(max(process[figure] for process in processes(report)
                    if process["role"] == "worker"))


def question(passed, inherited):
    """README: the disease and the cure in three figures."""
    return [["", "a worker's RSS, as `top` shows it:",
             "a worker's USS, what it owns:", "ΣPSS, what the machine spends:"]] + [
        [name, worker(report, "rss"), worker(report, "uss"), f"**{spent(report)}**"]
        for name, report in (
            ("[01](docs/01_pass_self.md) the items carry the object", passed),
            ("[04](docs/04_global.md) built before the fork, found through a "
             "global", inherited))]


def disease_and_cure(*reports):
    """Chapter 04: compared with lesson 01, at full scale."""
    sent = [report["moments"][-1]["transfer"]["to_workers"] for report in reports]
    return [["", "lesson 01:", "lesson 04:"]] + [
        [f"{figure.upper()} of a worker",
         *(worker(report, figure) for report in reports)]
        for figure in ("rss", "pss", "uss")] + [
        ["ΣPSS", *map(spent, reports)],
        ["bytes to the workers", *(f"{count:,}" for count in sent)]]


def bytes_of_a_task(*reports):
    """Chapter 03: the size of a batch of three items, in CPython and here."""
    def shown(count):
        return ("–" if count is None else f"`{count}`" if isinstance(count, str)
                else f"{count:,}")
    return [["task", "CPython:", "C++:"]] + [
        [name, *(shown(report.get(task)) for report in reports)]
        for name, task in (
            ("a function of a module", "function"),
            ("a static method", "static method"),
            ("a class method", "class method"),
            ("a lambda without captures", "lambda"),
            ("a handle to an object of 1,000,000 bytes", "handle"),
            ("a bound method of that object", "bound method"),
            ("a callable that holds it", "callable"),
            ("a function, and three items that share it", "items"))]


FULL_SCALE = [["01_pass_self", "--full-scale"], ["04_global", "--full-scale"]]
# For each table, the commands whose reports it is made from, and the function
# that makes its rows. Cells are Markdown.
TABLES = {
    "question": (FULL_SCALE, question),
    "bytes_of_a_task": ([["python3", "docs/programs/batch_bytes.py"],
                         ["docs/batch_bytes"]], bytes_of_a_task),
    "disease_and_cure": (FULL_SCALE, disease_and_cure),
}
