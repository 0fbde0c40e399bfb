"""An item that contains an object: pickled, sent, rebuilt."""
from draw import INNER, MARGIN, Picture

WORDS = (
    "In the parent an item contains self, and self has a large array. The item "
    "is pickled: the message in the pipe is a header, the whole array, and i. "
    "The worker rebuilds the item from these bytes and so has a second array, "
    "a copy of its own. Beside it is the array that it inherited, which it "
    "shares with the parent and does not use.")
ARRAY, ITEM, WIDE = 28, 290, 160  # where the boxes are, and how wide
DOWN = 370


def draw():
    picture = Picture("What goes through the pipe arrives as a copy")
    parent, pipe, worker = picture.y + 12, picture.y + 144, picture.y + 218
    picture.process(MARGIN, parent, INNER, 92, "parent")
    picture.process(MARGIN, worker, INNER, 92, "worker")

    picture.box(ARRAY, parent + 32, WIDE, 48, "shared", "self:",
                "a large array")
    picture.box(ITEM, parent + 32, WIDE, 48, "paper", "item (self, i)",
                bold=True)
    picture.arrow((ITEM, parent + 56), (ARRAY + WIDE, parent + 56))
    picture.text(239, parent + 48, "contains", color="soft", anchor="middle")

    picture.text(204, pipe - 8, "pipe", color="soft")
    picture.message(196, pipe, ("header", 64), ("the whole array", 176),
                    ("i", 30))
    picture.down(DOWN, parent + 80, pipe, "pickled", below=34)
    picture.down(DOWN, pipe + 34, worker + 32, "rebuilt")

    picture.box(ARRAY, worker + 32, WIDE, 48, "shared", "inherited array:",
                "nobody uses it")
    picture.box(ITEM, worker + 32, WIDE, 48, "copy", "a second array:",
                "its own copy", bold=True)
    picture.line([(108, parent + 80), (108, worker + 32)], dashed=True)
    picture.box(40, pipe - 3, 136, 40, "paper", "the same pages",
                "since the fork")
    picture.y = worker + 92
    return picture
