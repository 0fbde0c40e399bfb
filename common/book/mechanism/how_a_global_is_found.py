"""A global pointer is inherited with what it points to; only i is sent."""
from draw import LEFT, MIDDLE, MIDDLE_WIDTH, RIGHT, SIDE, Picture

WORDS = (
    "Parent and worker each have the global analysis. The worker inherited it, "
    "so it holds the same address, and at that address both have the same "
    "pages. Nothing is copied. Through the pipe go only the function and i.")


def draw():
    picture = Picture("A global is inherited: only the index is sent")
    picture.y += 12
    picture.pair(216, "global")
    y = picture.y
    for number, words in enumerate(("at A:", "the array,", "once", "")):
        picture.box(MIDDLE, y + 32 + 27 * number, MIDDLE_WIDTH, 27, "shared",
                    words, bold=True)
    for x in (LEFT, RIGHT):
        picture.box(x + 10, y + 32, SIDE - 20, 27, "paper", "analysis = A",
                    bold=True)
    picture.text(RIGHT + SIDE / 2, y + 80, "the same address", anchor="middle")
    picture.arrow((LEFT + SIDE - 10, y + 46), (MIDDLE, y + 46), width=2.5)
    picture.arrow((RIGHT + 10, y + 46), (MIDDLE + MIDDLE_WIDTH, y + 46),
                  width=2.5)
    picture.pipe(y + 168, "map(analyze, …)", "function, i", "analyze(i)")
    picture.y += 216
    return picture
