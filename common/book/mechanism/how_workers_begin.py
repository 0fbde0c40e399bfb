"""Who inherits from whom under fork, spawn and fork server."""
from draw import LEFT, MARGIN, RIGHT, SIDE, WIDTH, Picture

WORDS = (
    "Fork: two workers inherit the data from the parent; memory has it once. "
    "Spawn: each worker is the program started anew and inherits nothing; the "
    "parent sends each the data, and memory has it three times. Fork server: "
    "the server has loaded the data in the preload, and the workers inherit "
    "it from there; the parent has none, and memory has it once.")


def process(picture, x, down, name, kind, words):
    picture.process(x, picture.y + down, SIDE, 64, name)
    picture.box(x + 10, picture.y + down + 27, SIDE - 20, 28, kind, words,
                bold=kind == "copy", dashed=kind == "paper")


def method(picture, heading, often, source, how, kind="shared"):
    """Two workers, and how the data get there from the process at `source`."""
    picture.heading(heading)
    picture.text(WIDTH - MARGIN, picture.y - 12, f"in memory {often}",
                 anchor="end")
    words = "data, a copy" if kind == "copy" else "data, shared"
    for down in (0, 74):
        process(picture, RIGHT, down, "worker", kind, words)
        picture.arrow((LEFT + SIDE, picture.y + source + 32),
                      (RIGHT, picture.y + down + 32),
                      "write" if kind == "copy" else "ink",
                      dashed=kind == "copy", width=2.5)
    picture.text(RIGHT - 12, picture.y + 55 + source / 2, how, bold=True,
                 anchor="end")


def draw():
    picture = Picture("Who inherits the data, and from whom")
    method(picture, "fork: from the parent", "once", 37, "inherit")
    process(picture, LEFT, 37, "parent", "shared", "data, shared")
    picture.y += 142
    method(picture, "spawn: from nobody", "three times", 37, "are sent it",
           "copy")
    process(picture, LEFT, 37, "parent", "shared", "data")
    picture.y += 142
    method(picture, "fork server: from the server", "once", 74, "inherit")
    process(picture, LEFT, 0, "parent", "paper", "no data")
    process(picture, LEFT, 74, "fork server", "shared", "data, shared")
    picture.y += 138
    return picture
