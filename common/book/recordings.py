"""The recordings of runs, docs/runs/NN_name.json, which the site replays."""
from quantities import size


def words_of(recording):
    """What must stay when a run is recorded again, as lines to compare.

    Its processes, the names of its regions and whether all their pages are
    drawn, its claims, and how much of the regions of each name each process has
    exclusively at each moment. That is memory, not pages: the heap lies a few
    pages elsewhere in each run. Not what the regions have in all, nor what is
    said between moments: that depends on the run.
    """
    processes, regions = recording["processes"], recording["regions"]
    names = list(dict.fromkeys(each["name"] for each in regions))
    lines = [f"{each['role']}, of {each.get('parent', 'nobody')}"
             for each in processes] + names
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
        for process in [each["process"] for each in event.get("figures", [])
                        if "moment" in event]:
            for name in names:
                alone = sum(
                    states.count("x") * regions[region].get("every", 1)
                    for (i, region), states in pages.items()
                    if (i, regions[region]["name"]) == (process, name))
                lines.append(
                    f"{event['moment']}: {processes[process]['role']} has "
                    f"{size(alone * recording['page_size'])} of {name}")
    return lines
