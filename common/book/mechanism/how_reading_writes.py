"""A count beside each value, or one count for a whole array."""
from draw import INNER, MARGIN, Picture

WORDS = (
    "Four pages of a worker that has read every number and written none. Many "
    "floats: each has a reference count beside its value; reading changes the "
    "count, so every page is written and copied. One array: one header has the "
    "one count, so that page is copied; the three pages of numbers have no "
    "counts and stay shared.")
PAGE = 106  # how wide a page is
STEP = PAGE + (INNER - 4 * PAGE) / 3
FLOATS = [("count", "0.5")] * 3
HEADER = [("count", "…"), ("", "header of"), ("", "the array")]
NUMBERS = [("", "0.5   0.5")] * 3


def page(picture, x, cells):
    """A page, three cells of it; it is copied if it has a count."""
    copied = cells[0][0] == "count"
    picture.box(x, picture.y, PAGE, 120, "copy" if copied else "shared")
    for row, (count, value) in enumerate(cells):
        y = picture.y + 8 + 26 * row
        picture.box(x + 8, y, PAGE - 16, 26, "paper", "" if count else value)
        if count:
            picture.box(x + 8, y, 52, 26, "message", count, bold=True)
            picture.box(x + 60, y, PAGE - 68, 26, "paper", value)
    picture.text(x + PAGE / 2, picture.y + 108,
                 "copied" if copied else "shared", bold=True, anchor="middle",
                 color="on-copy" if copied else "ink")


def draw():
    picture = Picture("Reading writes, where each value has a count")
    picture.text(MARGIN, picture.y + 13,
                 "Four pages of a worker that has only read", color="soft")
    picture.y += 14
    for heading, first, others in (
            ("Many floats: a count beside every value", FLOATS, FLOATS),
            ("One array: one count for all its values", HEADER, NUMBERS)):
        picture.heading(heading)
        for number in range(4):
            page(picture, MARGIN + STEP * number, others if number else first)
        picture.y += 120
    return picture
