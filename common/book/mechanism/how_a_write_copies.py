"""One write, step by step, and what the page map shows after it."""
from draw import MARGIN, Picture

WORDS = (
    "A worker writes one number. First its page table's entry says read-only, "
    "so the write stops: a page fault. Then the kernel copies the page, 4 KiB. "
    "Then the entry leads to the copy, and the write happens there. In the "
    "page map after it, all pages of the parent and of worker 2 are shared; of "
    "worker 1 one page, the one that was written, is a copy.")
WRITE, ENTRY, PAGE, WIDE = 186, 236, 376, 90  # from left to right


def step(picture, entry, *lines, write=True, copied=True, to=0):
    y = picture.y
    for number, line in enumerate(lines):
        picture.text(MARGIN, y + 18 + 18 * number, line, bold=number == 0)
    picture.box(ENTRY, y, 96, 28, "paper", entry)
    picture.box(PAGE, y, WIDE, 28, "shared", "page")
    if write:
        picture.arrow((WRITE, y + 14), (ENTRY, y + 14), "write", width=2.5)
    if copied:
        picture.box(PAGE, y + 36, WIDE, 28, "copy", "copy", bold=True)
    picture.arrow((ENTRY + 96, y + 14), (PAGE, y + 14 + to),
                  "write" if to else "ink", width=2.5 if to else 1.5)
    picture.y += 84 if copied else 58


def draw():
    picture = Picture("A write copies the page that it touches")
    picture.heading("A worker writes one number")
    step(picture, "read-only", "1. The write stops",
         "at the entry: page fault.", copied=False)
    step(picture, "read-only", "2. The kernel copies", "that page, 4 KiB.",
         write=False)
    step(picture, "may write", "3. The entry leads", "to the copy; the write",
         "happens there.", to=36)
    picture.y -= 16
    picture.heading("The page map after it: a square is a page")
    picture.page_map("parent", 12, written=0)
    picture.page_map("worker 1", 12, written=6)
    picture.page_map("worker 2", 12, written=0)
    picture.key(98, "shared", "shared")
    picture.key(198, "copy", "copied")
    picture.y += 14
    return picture
