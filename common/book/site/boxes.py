"""What is wider than a phone gets a box of its own, in which it scrolls."""
import re
from pathlib import Path

SMALLEST_TEXT = 11  # px, of a figure on any screen

IMAGE = re.compile(r'<img [^>]*src="([^"]*/([^"/]+\.svg))"[^>]*>')


def least_width(svg):
    """The width in px at which the smallest text of a figure is still read."""
    box = re.search(r'viewBox="[\d.]+ [\d.]+ ([\d.]+) ', svg)
    sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)', svg)]
    if not box or not sizes:
        return 0
    return round(float(box[1]) * SMALLEST_TEXT / min(sizes))


def with_boxes(body, figures):
    """The HTML of a page; `figures` is the folder of its figures. A box takes
    the focus, so that the keyboard can scroll it."""
    def figure(match):
        path = Path(figures) / match[2]
        width = least_width(path.read_text()) if path.exists() else 0
        image = match[0].replace("<img ", f'<img style="min-width:{width}px" ')
        return f'<span class="figure-box" tabindex="0">{image}</span>'
    body = IMAGE.sub(figure, body)
    body = body.replace('<div class="table-wrapper',
                        '<div tabindex="0" class="table-wrapper')
    return body.replace("<pre>", '<pre tabindex="0">')
