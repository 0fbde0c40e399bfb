"""A place in a page that the site's script brings to life (src/main.js)."""
import json


def widget(name, data=None, static="", **attributes):
    """The Markdown of a place: its data, and what is seen without script.

    `data` is what json can write. Whatever is in it, it ends no element of the
    page. Other attributes become data-NAME.
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    more = "".join(f' data-{key}="{value}"' for key, value in attributes.items())
    lines = [f'<div class="widget" data-widget="{name}"{more}>']
    if data is not None:
        text = text.replace("<", "\\u003c")
        lines.append(f'<script type="application/json">{text}</script>')
    lines += ['<div class="widget-static">', "", static.strip(), "",
              "</div></div>"]
    return "\n".join(lines)
