"""The recordings of runs, docs/runs/NN_name.json, which the site replays."""
import re

from quantities import size


def words_of(recording):
    """What must stay when a run is recorded again, as lines to compare.

    Its kinds of processes, the names of its regions and whether all their pages
    are drawn, its claims, and how much of the regions of each name the processes
    of a kind have exclusively at each moment, at least and at most. That is
    memory, not pages: the heap lies a few pages elsewhere in each run. Not what
    the regions have in all, nor what is said between moments, nor how many
    processes were seen: one that lives for a short time may be missed.
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
    pages = {}  # the state of each, by process and region
    for event in recording["events"]:
        for each in event.get("pages", []):
            process, region = each["process"], each["region"]
            states = pages.setdefault((process, region),
                                      ["."] * regions[region]["pages"])
            for first, count, state in each["runs"]:
                states[first:first + count] = [state] * count
        alone = {}  # by kind and name, in pages
        for process in [each["process"] for each in event.get("figures", [])
                        if "moment" in event]:
            for name in names:
                alone.setdefault((kinds[process], name), []).append(sum(
                    states.count("x") * regions[region].get("every", 1)
                    for (i, region), states in pages.items()
                    if (i, regions[region]["name"]) == (process, name)))
        for (kind, name), counts in sorted(alone.items()):
            lines.append("{}: {} has {} to {} of {}".format(
                event["moment"], kind, *(size(count * recording["page_size"])
                for count in (min(counts), max(counts))), name))
    return lines
