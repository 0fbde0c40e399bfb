"""What a function and a bound method take along into the message."""
from draw import INNER, MARGIN, Picture

WORDS = (
    "Two messages. For map(function, items) the message has a header, 8 bytes "
    "that say which function, and i. For map(self.analyze, items) the task is "
    "a bound method: it holds self, and self holds a large array. All of it is "
    "pickled, so the message has the whole array in it, and the worker gets a "
    "copy of self.")


def draw():
    picture = Picture("A bound method takes its object along")
    picture.heading("map(function, items)")
    y = picture.y
    picture.box(24, y, 116, 36, "paper", "function", bold=True)
    picture.down(82, y + 36, y + 68, "pickled", right=True)
    picture.message(MARGIN, y + 68, ("header", 70), ("function: 8 bytes", 136),
                    ("i", 30))
    picture.text(262, y + 90, "and that is all", color="soft")
    picture.y += 108

    picture.heading("map(self.analyze, items)")
    y = picture.y
    picture.box(MARGIN, y, INNER, 58, "process", dashed=True)
    picture.box(24, y + 11, 116, 36, "paper", "self.analyze", bold=True)
    picture.arrow((140, y + 29), (182, y + 29))
    picture.box(182, y + 11, 76, 36, "paper", "self")
    picture.arrow((258, y + 29), (300, y + 29))
    picture.box(300, y + 11, 156, 36, "shared", "a large array")
    picture.down(82, y + 58, y + 90, "pickled, all of it", right=True)
    picture.message(MARGIN, y + 90, ("header", 70),
                    ("self, with the whole array", INNER - 100), ("i", 30))
    picture.process(MARGIN, y + 156, INNER, 60, "worker")
    picture.down(240, y + 124, y + 168, "rebuilt", right=True)
    picture.box(126, y + 168, 228, 36, "copy", "a copy of self and its array",
                bold=True)
    picture.y += 216
    return picture
