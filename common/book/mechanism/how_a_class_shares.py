"""A static member belongs to the class, which every worker inherits."""
from draw import LEFT, MIDDLE, MIDDLE_WIDTH, RIGHT, SIDE, Picture

WORDS = (
    "Parent and worker each have the class Analysis with its static member "
    "numbers_. The worker inherited it, and it leads to the same array as the "
    "parent's. Instances hold only a name. The task is a static method, so "
    "through the pipe go only the function and i, and no instance.")


def draw():
    picture = Picture("The class has the data, for all its instances")
    picture.y += 12
    picture.pair(242)
    y = picture.y
    for x in (LEFT, RIGHT):
        picture.box(x + 10, y + 30, SIDE - 20, 76, "paper", dashed=True)
        picture.text(x + 18, y + 50, "class Analysis")
        picture.box(x + 18, y + 62, SIDE - 36, 34, "shared", "numbers_",
                    bold=True)
        for top in (114, 142):
            picture.box(x + 10, y + top, SIDE - 20, 24, "paper",
                        "instance: name")
    picture.box(MIDDLE, y + 36, MIDDLE_WIDTH, 86, "shared", "the array,",
                "once", bold=True)
    picture.arrow((LEFT + SIDE - 18, y + 79), (MIDDLE, y + 79), width=2.5)
    picture.arrow((RIGHT + 18, y + 79), (MIDDLE + MIDDLE_WIDTH, y + 79),
                  width=2.5)
    picture.pipe(y + 192, "map(analyze, …)", "function, i", "analyze(i)")
    picture.y += 242
    return picture
