"""The recordings of runs, docs/runs/NN_name.json, which the site replays."""
from quantities import size


def words_of(recording):
    """What must stay when a run is recorded again, as lines to compare.

    Its processes and regions, its claims, and how many pages of each region each
    process has exclusively at each moment.
    """
    processes, regions = recording["processes"], recording["regions"]
    lines = [f"{each['role']}, of {each.get('parent', 'nobody')}"
             for each in processes]
    lines += [f"{each['name']}: {each['pages']} pages" for each in regions]
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
        if "moment" in event:
            lines += [f"{event['moment']}: {processes[process]['role']} has "
                      f"{states.count('x')} pages of {regions[region]['name']}"
                      for (process, region), states in sorted(pages.items())]
    return lines
