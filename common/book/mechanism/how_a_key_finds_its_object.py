"""A registry: its table is inherited, a key and an index are sent."""
from draw import LEFT, MIDDLE, MIDDLE_WIDTH, RIGHT, SIDE, Picture

WORDS = (
    "A registry is a table of the keys a, b and c, each of which leads to an "
    "object. The worker inherited the table and the objects: its entries lead "
    "to the same three objects as the parent's. Through the pipe go only the "
    "key b and i, and the worker finds the object in its own table.")
OBJECTS = (("a", 36, 50), ("b", 92, 28), ("c", 126, 28))  # key, top, height


def draw():
    picture = Picture("Many objects, one table: a key is enough")
    picture.y += 12
    picture.pair(238, "registry")
    for key, top, height in OBJECTS:
        middle = picture.y + top + height / 2
        chosen = key == "b"
        for x in (LEFT, RIGHT):
            picture.box(x + 10, middle - 12, SIDE - 20, 24, "paper",
                        f"key {key}", bold=chosen)
        picture.box(MIDDLE, picture.y + top, MIDDLE_WIDTH, height, "shared",
                    f"object {key}", bold=chosen)
        picture.arrow((LEFT + SIDE - 10, middle), (MIDDLE, middle))
        picture.arrow((RIGHT + 10, middle), (MIDDLE + MIDDLE_WIDTH, middle),
                      "write" if chosen else "ink",
                      width=2.5 if chosen else 1.5)
    picture.pipe(picture.y + 188, "item (b, i)", "key b, i", "look_up(b)")
    picture.y += 238
    return picture
