"""The recordings of runs, docs/runs/NN_name.json, which the site replays."""
import re

from quantities import size
from tables import as_markdown

MOST_ROWS = 8


def exclusive_pages(recording):
    """After each event, how many pages a process has exclusively of a region,
    by both. A page that was recorded counts for those of which it is one."""
    states, counts = {}, {}
    for event in recording["events"]:
        for change in event.get("pages", []):
            key = change["process"], change["region"]
            region = recording["regions"][key[1]]
            pages = states.setdefault(key, bytearray(b"." * region["pages"]))
            for first, count, state in change["runs"]:
                pages[first:first + count] = state.encode() * count
            counts[key] = pages.count(b"x") * region.get("every", 1)
        yield dict(counts)


def words_of(recording):
    """What must stay when a run is recorded again, as lines to compare.

    Its kinds of processes, the names of its regions and whether all their pages
    are drawn, its claims, and how much of the regions of each name the
    processes of a kind have exclusively at each moment, at least and at most.
    That is memory, not pages: the heap lies a few pages elsewhere in each run.
    Not what the regions have in all, nor what is said between moments, nor how
    many processes were seen: one that lives for a short time may be missed.
    """
    processes, regions = recording["processes"], recording["regions"]
    kinds = [re.sub(r" \d+$", "", each["role"]) for each in processes]
    names = list(dict.fromkeys(each["name"] for each in regions))
    lines = sorted({
        f"{kind}, of {kinds[each['parent']] if 'parent' in each else 'nobody'}"
        for kind, each in zip(kinds, processes)}) + names
    lines += [f"{name}: not all pages are drawn" for name in names
              if any(each.get("every", 1) > 1 for each in regions
                     if each["name"] == name)]
    for claim in recording["report"]["claims"]:
        shown = size if claim["unit"] == "bytes" else str
        lines.append("  ".join([claim["name"], claim["formula"], shown(
            claim["predicted"]), shown(claim["measured"])]))
    for event, counts in zip(recording["events"], exclusive_pages(recording)):
        alone = {}  # by kind and name, in bytes
        for process in [each["process"] for each in event.get("figures", [])
                        if "moment" in event]:
            for name in names:
                alone.setdefault((kinds[process], name), []).append(sum(
                    count * recording["page_size"]
                    for (i, region), count in counts.items()
                    if (i, regions[region]["name"]) == (process, name)))
        lines += [f"{event['moment']}: {kind} has {size(min(sizes))} to "
                  f"{size(max(sizes))} of {name}"
                  for (kind, name), sizes in sorted(alone.items())]
    return lines


def main_events(events):
    """Numbers of the events that tell the run: its moments, and those that
    change the most."""
    def weight(i):
        return sum(count for change in events[i].get("pages", [])
                   for _, count, _ in change["runs"])
    moments = [i for i, event in enumerate(events) if event.get("moment")]
    others = sorted((i for i, event in enumerate(events) if i not in moments and
                     event["figures"] and weight(i)), key=weight, reverse=True)
    return sorted(moments + others[:max(0, MOST_ROWS - len(moments))])


def table(recording):
    """The main events as Markdown: what a reader without script has in the
    place of the player, folded."""
    events, exclusive = recording["events"], list(exclusive_pages(recording))
    roles = [each["role"].split()[0] for each in recording["processes"]]
    about = "about " * any("every" in each for each in recording["regions"])
    rows = [["event:", "what happens", "through pipes since the row above:",
             "exclusive pages of the parent:", "of one worker, at most:", "ΣPSS:"]]
    last = -1
    for at in main_events(events):
        sent = sum(message["bytes"] for event in events[last + 1:at + 1]
                   for message in event.get("messages", []))
        last, figures = at, events[at]["figures"]
        pages = {"parent": [], "worker": []}
        for each in figures:
            pages.setdefault(roles[each["process"]], []).append(sum(
                count for (process, _), count in exclusive[at].items()
                if process == each["process"]))
        pss = [each.get("pss") for each in figures]
        rows.append([str(at + 1), events[at]["what"].replace("|", "\\|"),
                     size(sent) if sent else "",
                     *(f"{about}{max(pages[role]):,}" if pages[role] else ""
                       for role in ("parent", "worker")),
                     size(sum(pss)) if None not in pss else ""])
    return ["<details>", "<summary>The main events as a table</summary>", "",
            *as_markdown(rows), "", "</details>"]
