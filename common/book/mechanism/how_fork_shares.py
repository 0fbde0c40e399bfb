"""The page tables of parent and worker: before the fork, after it, written."""
from draw import LEFT, MIDDLE, MIDDLE_WIDTH, RIGHT, ROW, SIDE, Picture

WORDS = (
    "Three states of the same memory of four pages. Before the fork: the "
    "parent's page table has an entry for each page. After the fork: the "
    "worker has a page table of its own, whose entries lead to the same four "
    "pages. After the worker has written to page 4: that one page is copied, "
    "the worker's entry leads to the copy and the parent's still to the old "
    "page; pages 1 to 3 are shared as before.")
ENTRIES = ["entry 1", "entry 2", "entry 3", "entry 4"]


def parent(picture, heading):
    picture.heading(heading)
    picture.memory()
    for number, y in enumerate(picture.page_table(LEFT, "parent", ENTRIES), 1):
        picture.box(MIDDLE, y - 11, MIDDLE_WIDTH, 22, "shared",
                    f"page {number}")
        picture.arrow((LEFT + SIDE - 10, y), (MIDDLE, y))


def worker(picture, shares, written=""):
    entries = picture.page_table(RIGHT, "worker", ENTRIES, written)
    for y in entries[:shares]:
        picture.arrow((RIGHT + 10, y), (MIDDLE + MIDDLE_WIDTH, y))
    return entries[-1]


def draw():
    picture = Picture("Fork copies the page table, not the pages;",
                      "a write copies one page")
    parent(picture, "1. Before the fork")
    picture.y += 38 + 4 * ROW
    parent(picture, "2. After it: two tables, the same pages")
    worker(picture, shares=4)
    picture.y += 38 + 4 * ROW
    parent(picture, "3. The worker has written to page 4")
    y = worker(picture, shares=3, written="entry 4")
    picture.box(MIDDLE, y + ROW - 11, MIDDLE_WIDTH, 22, "copy", "copy of 4",
                bold=True)
    picture.arrow((RIGHT + 10, y), (MIDDLE + MIDDLE_WIDTH, y + ROW), "write",
                  width=2.5)
    picture.y += 46 + 4 * ROW
    return picture
