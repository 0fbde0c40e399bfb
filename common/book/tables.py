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


def figures(report):
    """Of the last moment, the pool over the data: the largest RSS, PSS and USS
    of a worker, what the pool spends, and the bytes to the workers."""
    moment = report["moments"][-1]
    return [size(max(process[figure] for process in moment["processes"]
                     if process["role"] == "worker"))
            for figure in ("rss", "pss", "uss")] + [
        size(sum(process["pss"] for process in moment["processes"])),
        f"{moment['transfer']['to_workers']:,}"]


def question(*reports):
    """README: the disease and the cure in three figures."""
    names = ("[01](docs/01_pass_self.md) the items carry the object",
             "[04](docs/04_global.md) built before the fork, found through a "
             "global")
    return [["", "a worker's RSS, as `top` shows it:",
             "a worker's USS, what it owns:", "ΣPSS, what the machine spends:"]] + [
        [name, rss, uss, f"**{spent}**"] for name, (rss, _, uss, spent, _)
        in zip(names, map(figures, reports))]


def disease_and_cure(*reports):
    """Chapter 04: compared with lesson 01, at full scale."""
    return [["", "lesson 01:", "lesson 04:"], *zip(
        ("RSS of a worker", "PSS of a worker", "USS of a worker", "ΣPSS",
         "bytes to the workers"), *map(figures, reports))]


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


FULL_SCALE = ["01_pass_self --full-scale", "04_global --full-scale"]
# For each table, the commands whose reports it is made from, and the function
# that makes its rows. Cells are Markdown.
TABLES = {
    "question": (FULL_SCALE, question),
    "bytes_of_a_task": (["python3 docs/programs/batch_bytes.py",
                         "docs/batch_bytes"], bytes_of_a_task),
    "disease_and_cure": (FULL_SCALE, disease_and_cure),
}
