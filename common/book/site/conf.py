"""How Sphinx makes the site; stage.py has made its sources."""
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from boxes import with_boxes  # noqa: E402

project = "cowpool"
html_title = "Copy-on-Write by Experiment"
copyright = "the authors of cowpool, MIT license"

extensions = ["myst_parser"]
exclude_patterns = [".tree", ".script"]

# As on GitHub: "#the-symbols" is a heading, three levels deep.
myst_heading_anchors = 4

html_theme = "furo"
html_static_path = ["static"]
html_css_files = sorted(sheet.name for sheet in
                        (Path(__file__).parent / "static").glob("*.css"))
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False

# A summary of what was found is fetched, which a page from a file must not.
html_show_search_summary = False

html_theme_options = {
    # Furo's own names for colours; blue and vermilion as in the figures.
    "light_css_variables": {
        "color-brand-primary": "#005a8c",
        "color-brand-content": "#005a8c",
        "color-foreground-muted": "#5f6368",
    },
    "dark_css_variables": {
        "color-brand-primary": "#7cc7f2",
        "color-brand-content": "#7cc7f2",
        "color-foreground-muted": "#9aa0a6",
    },
    "footer_icons": [],
}
# Of those with a dark text on a light ground, the one with enough contrast.
pygments_style = "default"
pygments_dark_style = "github-dark"


def add_script(app, config):
    """The script, if build.sh could bundle it."""
    folder = Path(app.srcdir) / ".script"
    if folder.exists():
        config.html_static_path.append(str(folder))
        config.html_js_files.append(("cowpool.js", {"defer": "defer"}))


# What the theme does not tell a screen reader.
FOR_SCREEN_READERS = {
    'class="caption" role="heading"':
        'class="caption" role="heading" aria-level="2"',
    '<label class="overlay': '<label aria-hidden="true" class="overlay',
    '<aside class="sidebar-drawer"':
        '<aside aria-label="The site" class="sidebar-drawer"',
    '<aside class="toc-drawer': '<aside aria-label="This page" class="toc-drawer',
    '<div class="article-container">':
        '<div class="article-container" role="main">',
    '<article role="main">': "<article>",
    '<div id="search-results">': '<h1>Search</h1>\n<div id="search-results">',
}


def leave_out_unused(app, page, template, context, doctree):
    """Neither Sphinx's scripts nor the theme's use jQuery or underscore, which
    Sphinx 5 has on each page all the same: 100 KB, compressed."""
    context["script_files"] = [
        script for script in context["script_files"]
        if not re.search(r"(jquery|underscore|frameworks_compat)\.js",
                         getattr(script, "filename", None) or str(script))]


def repair_theme(app, exception):
    """Makes whole what Debian's furo has in parts.

    Its script is a module that imports another, its style sheet imports one by
    an address of a web server: a page that is opened from a file gets neither.
    And the style sheet is without the colours for readers whose system is dark,
    and the pages without some words for those who do not see them.
    """
    if exception is not None:
        return
    for page in Path(app.outdir).rglob("*.html"):
        text = page.read_text()
        for old, new in FOR_SCREEN_READERS.items():
            text = text.replace(old, new)
        page.write_text(text)
    static = Path(app.outdir) / "_static"
    script = static / "scripts" / "furo.js"
    other = static / "scripts" / "gumshoe-patched.js"
    if other.exists():
        lines = script.read_text().splitlines(keepends=True)
        script.write_text(other.read_text() + "".join(
            line for line in lines if not line.startswith("import ")))

    def normalize(match):
        return (Path("/usr/share") / match[1].lstrip("/")).read_text()
    style = static / "styles" / "furo.css"
    sheet = re.sub(r'@import (?:url\()?"?(/javascript/[^")]*)"?\)?;', normalize,
                   style.read_text())
    dark = re.search(r'body\[data-theme="dark"\] {([^}]*)}', sheet)
    if dark and "prefers-color-scheme" not in sheet:
        sheet += ("@media not print { @media (prefers-color-scheme: dark) {\n"
                  '  body:not([data-theme="light"]) {%s} } }\n' % dark[1])
    style.write_text(sheet)


def add_boxes(app, page, template, context, doctree):
    if "body" in context:
        context["body"] = with_boxes(context["body"],
                                     Path(app.srcdir) / "docs/figures")


def setup(app):
    app.connect("html-page-context", add_boxes)
    app.connect("config-inited", add_script)
    app.connect("html-page-context", leave_out_unused)
    app.connect("build-finished", repair_theme)
