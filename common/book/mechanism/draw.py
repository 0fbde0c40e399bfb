"""What the pictures of the mechanism are made of: boxes, arrows and words.

The frame, the fonts and the colours are those of the measured figures
(common/cow/report/svg.cc). As there, what was copied stands out most, and words
say the same as the colours. All lengths are in pixels of a picture 480 wide,
which can still be read on a phone.
"""
from xml.sax.saxutils import escape

WIDTH = 480
MARGIN = 14
INNER = WIDTH - 2 * MARGIN
ROW = 26  # from one entry of a table to the next
# Where two processes stand, and what both of them see between them.
SIDE = 146
LEFT, MIDDLE, RIGHT = MARGIN, 195, WIDTH - MARGIN - SIDE
MIDDLE_WIDTH = WIDTH - 2 * MIDDLE

FONTS = ("system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,"
         "'DejaVu Sans',sans-serif")
TEXTS = {"ink": ("#1f2328", "#e6e9ed"), "soft": ("#59636e", "#a3adb8"),
         "on-copy": ("#ffffff", "#16191d"), "write": ("#b34700", "#e69f00")}
# The inside of a box and its edge, on a light page and on a dark one.
BOXES = {
    "paper": ("#ffffff", "#8c959f", "#16191d", "#6b7681"),
    "process": ("#f3f5f7", "#8c959f", "#1f242a", "#6b7681"),
    "message": ("#e4e8ec", "#59636e", "#333a42", "#a3adb8"),
    "shared": ("#cfe8f8", "#0072b2", "#1c4259", "#7cc4ee"),
    "copy": ("#b3480a", "#6b2b06", "#ef8a4a", "#f9d3ba"),
}


def styles(page, texts=TEXTS):
    """The style sheet of a light page (0) or of a dark one (1)."""
    rules = []
    for name, shades in texts.items():
        rules.append(f".{name}{{fill:{shades[page]}}}"
                     f".{name}-line{{stroke:{shades[page]};fill:none}}")
    for name, shades in BOXES.items():
        fill, edge = shades[2 * page:2 * page + 2]
        rules.append(f".{name}-box{{fill:{fill};stroke:{edge}}}")
    return "\n".join(rules)


class Picture:
    """What is drawn so far; y is how far down that reaches."""
    texts = TEXTS  # the colours of words and lines
    shown = 560  # how wide a page shows it, if there is room
    letters = 13  # the height of words

    def __init__(self, *title):
        self.title = " ".join(title)
        self.body = []
        self.y = 10
        for line in title:
            self.y += 22
            self.text(MARGIN, self.y, line, size=17, bold=True)
        self.y += 8

    def text(self, x, y, words, size=0, bold=False, color="ink",
             anchor="start"):
        weight = ' font-weight="bold"' if bold else ""
        self.body.append(
            f'<text x="{x:g}" y="{y:g}" '
            f'font-size="{size or self.letters}"{weight} '
            f'text-anchor="{anchor}" class="{color}">{escape(words)}</text>')

    def heading(self, words):
        """Begins a part of the picture below what there is."""
        self.y += 26
        self.text(MARGIN, self.y, words, size=14, bold=True)
        self.y += 12

    def box(self, x, y, width, height, kind, *lines, bold=False, dashed=False):
        """A box with lines of words in its middle."""
        dashes = ' stroke-dasharray="5 4"' if dashed else ""
        self.body.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" '
            f'rx="3"{dashes} class="{kind}-box"/>')
        for number, line in enumerate(lines):
            down = 4.5 + 17 * (number - (len(lines) - 1) / 2)
            self.text(x + width / 2, y + height / 2 + down, line, bold=bold,
                      anchor="middle",
                      color="on-copy" if kind == "copy" else "ink")

    def process(self, x, y, width, height, name, what=""):
        self.box(x, y, width, height, "process")
        self.text(x + 10, y + 19, name, bold=True)
        self.text(x + width - 10, y + 19, what, color="soft", anchor="end")

    def pair(self, height, what=""):
        """Parent and worker, and between them the memory that both see."""
        self.process(LEFT, self.y, SIDE, height, "parent", what)
        self.process(RIGHT, self.y, SIDE, height, "worker", what)
        self.memory()

    def memory(self):
        self.text(WIDTH / 2, self.y + 19, "memory", color="soft",
                  anchor="middle")

    def arrow(self, start, end, color="ink", dashed=False, width=1.5):
        """A straight arrow; its head ends exactly at `end`."""
        (x, y), (to_x, to_y) = start, end
        length = ((to_x - x) ** 2 + (to_y - y) ** 2) ** .5
        along_x, along_y = (to_x - x) / length, (to_y - y) / length
        neck_x, neck_y = to_x - 9 * along_x, to_y - 9 * along_y
        dashes = ' stroke-dasharray="5 4"' if dashed else ""
        self.body.append(
            f'<path d="M{x:g} {y:g}L{neck_x:.4g} {neck_y:.4g}" '
            f'stroke-width="{width}"{dashes} class="{color}-line"/>')
        self.body.append(
            f'<path d="M{to_x:g} {to_y:g}'
            f'L{neck_x - 4.5 * along_y:.4g} {neck_y + 4.5 * along_x:.4g}'
            f'L{neck_x + 4.5 * along_y:.4g} {neck_y - 4.5 * along_x:.4g}z" '
            f'class="{color}"/>')

    def down(self, x, start, end, words, right=False, below=20):
        """How a message is made or read: an arrow with words beside it."""
        self.arrow((x, start), (x, end), "write", width=2.5)
        self.text(x + 12 if right else x - 12, start + below, words, bold=True,
                  anchor="start" if right else "end")

    def message(self, x, y, *parts):
        """The bytes in a pipe: what each part is, and how wide it is drawn."""
        for words, width in parts:
            self.box(x, y, width, 34, "message", words, bold="array" in words)
            x += width

    def line(self, points, color="soft", dashed=False, width=1.5):
        path = "L".join(f"{x:g} {y:g}" for x, y in points)
        dashes = ' stroke-dasharray="5 4"' if dashed else ""
        self.body.append(f'<path d="M{path}" stroke-width="{width}"{dashes} '
                         f'class="{color}-line"/>')

    def page_table(self, x, name, entries, bold=None):
        """A process at y with its page table; gives each entry's middle."""
        self.process(x, self.y, SIDE, 38 + ROW * len(entries), name,
                     "page table")
        middles = []
        for entry in entries:
            y = self.y + 28 + ROW * len(middles)
            self.box(x + 10, y, SIDE - 20, ROW, "paper", entry,
                     bold=entry == bold)
            middles.append(y + ROW / 2)
        return middles

    def pipe(self, y, sent_by, message, used_by):
        """What goes from the parent to the worker, beside `pair`."""
        left, right = LEFT + SIDE, RIGHT
        self.text(LEFT + SIDE / 2, y + 21, sent_by, anchor="middle")
        self.text(RIGHT + SIDE / 2, y + 21, used_by, anchor="middle")
        self.text(WIDTH / 2, y - 8, "pipe", color="soft", anchor="middle")
        self.line([(left, y + 17), (left + 20, y + 17)], "ink")
        self.box(left + 20, y, right - left - 50, 34, "message", message)
        self.arrow((right - 30, y + 17), (right, y + 17))

    def page_map(self, name, pages, written):
        """A row of pages, and which of them is a copy (0: none)."""
        self.text(MARGIN, self.y + 18, name)
        for page in range(1, pages + 1):
            self.box(67 + 31 * page, self.y, 27, 27,
                     "copy" if page == written else "shared")
        self.y += 36

    def key(self, x, kind, words):
        self.box(x, self.y + 2, 14, 14, kind)
        self.text(x + 21, self.y + 14, words)

    def svg(self, description):
        height = round(self.y + MARGIN)
        return (
            '<svg xmlns="http://www.w3.org/2000/svg" role="img" '
            f'width="{self.shown}" '
            f'height="{round(height * self.shown / WIDTH)}" '
            f'viewBox="0 0 {WIDTH} {height}" '
            'aria-labelledby="title description">\n'
            f'<title id="title">{escape(self.title)}</title>\n'
            f'<desc id="description">{escape(description)}</desc>\n'
            f"<style>\ntext{{font-family:{FONTS}}}\n{styles(0, self.texts)}\n"
            "@media (prefers-color-scheme:dark){\n"
            f"{styles(1, self.texts)}\n}}\n</style>\n"
            f'<rect width="{WIDTH}" height="{height}" rx="6" '
            'style="stroke:none" class="paper-box"/>\n'
            + "\n".join(self.body) + "\n</svg>\n")
