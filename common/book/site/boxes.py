"""What is wider than a phone gets a box of its own, in which it scrolls."""
import math
import re
from pathlib import Path

SMALLEST_TEXT = 11  # px, of a figure on any screen

IMAGE = re.compile(r'<img [^>]*src="([^"]*/([^"/]+\.svg))"[^>]*>')


def smallest_text(svg):
    """The smallest text of a figure, as a part of the figure's width."""
    box = re.search(r'viewBox="[\d.]+ [\d.]+ ([\d.]+) ', svg)
    sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)', svg)]
    return min(sizes) / float(box[1]) if box and sizes else 0


def with_boxes(body, figures):
    """The HTML of a page; `figures` is the folder of its figures. A box takes
    the focus, so that the keyboard can scroll it."""
    def figure(match):
        path = Path(figures) / match[2]
        text = smallest_text(path.read_text()) if path.exists() else 0
        width = math.ceil(SMALLEST_TEXT / text) if text else 0
        image = match[0].replace(
            "<img ", f'<img data-text="{text:.5f}" style="min-width:{width}px" ')
        return f'<span class="figure-box" tabindex="0">{image}</span>'
    body = IMAGE.sub(figure, body)
    body = body.replace('<div class="table-wrapper',
                        '<div tabindex="0" class="table-wrapper')
    return body.replace("<pre>", '<pre tabindex="0">')
