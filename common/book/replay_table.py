"""The main events of a recorded run, as a table: replay_table.py RECORDING

What a reader without script has in the place of the player, folded.
"""
import json
import sys
from pathlib import Path

from quantities import size

MOST_ROWS = 8


def exclusive_pages(recording):
    """For each event, how many pages each process has exclusively. A page that
    was recorded counts for those of which it is one."""
    states, now = {}, [0] * len(recording["processes"])
    for event in recording["events"]:
        for change in event.get("pages", []):
            process, region = change["process"], change["region"]
            pages = states.setdefault(
                (process, region),
                bytearray(b"." * recording["regions"][region]["pages"]))
            for first, count, state in change["runs"]:
                more = count if state == "x" else 0
                more -= pages.count(b"x", first, first + count)
                now[process] += more * recording["regions"][region].get("every", 1)
                pages[first:first + count] = state.encode() * count
        yield list(now)


def is_worker(recording, process):
    # A fork server has a parent, too.
    return recording["processes"][process]["role"].startswith("worker ")


def main_events(recording):
    """Numbers of the events that tell the run: its moments, and those that
    change the most."""
    events = recording["events"]
    chosen = {i for i, event in enumerate(events) if event.get("moment")}

    def weight(i):
        return sum(run[1] for change in events[i].get("pages", [])
                   for run in change["runs"])
    for i in sorted(range(len(events)), key=weight, reverse=True):
        if len(chosen) >= MOST_ROWS or weight(i) == 0:
            break
        if events[i]["figures"]:
            chosen.add(i)
    return sorted(chosen)


def table(recording):
    """The lines of the folded table, in Markdown."""
    events = recording["events"]
    exclusive = list(exclusive_pages(recording))
    chosen = main_events(recording)
    about = "about " * any("every" in each for each in recording["regions"])
    lines = ["<details>", "<summary>The main events as a table</summary>", "",
             "| event | what happens | through pipes since | pages that one "
             "worker has exclusively, at most | ΣPSS |",
             "|---:|---|---:|---:|---:|"]
    last = -1
    for i in chosen:
        event = events[i]
        sent = sum(message["bytes"] for between in events[last + 1:i + 1]
                   for message in between.get("messages", []))
        last = i
        workers = [exclusive[i][figure["process"]]
                   for figure in event["figures"]
                   if is_worker(recording, figure["process"])]
        pss = [figure.get("pss") for figure in event["figures"]]
        what = event["what"]
        lines.append("| {} | {} | {} | {} | {} |".format(
            i + 1, what.replace("|", "\\|"), size(sent) if sent else "",
            f"{about}{max(workers):,}" if workers else "",
            size(sum(pss)) if None not in pss else ""))
    return lines + ["", "</details>"]


if __name__ == "__main__":
    print("\n".join(table(json.loads(Path(sys.argv[1]).read_text()))))
