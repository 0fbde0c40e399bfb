"""Opens the whole site in a browser, from its files: site_test.py SITE

Every link of every page leads somewhere. In the browser, as wide as a phone and
as a desk: every figure is there and has a text, nothing is wider than the
window, nothing is asked of any other machine. The search finds, dark mode is
dark, answers open. Opened are the documents, the lessons' programs and, of the
other pages of code, which one template makes, the largest.
Then the same with a site that has each of these faults, so that the test is
known to see them.

Exit status 0, 1 with what is wrong, or 77 where there is no browser.
"""
import json
import os
import shutil
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

NO_BROWSER = 77
WIDTHS = (360, 1280)
HEIGHT = 800
SECONDS = 20  # to wait at most, for what takes far less
LARGEST = 10  # of the pages of code

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait
except ImportError as error:
    webdriver, missing = None, str(error)


def skip(reason):
    print("skipped:", reason)
    if "COWPOOL_SKIPPED" in os.environ:
        with open(os.environ["COWPOOL_SKIPPED"], "a") as file:
            file.write("skipped  book.SiteInABrowser: %s\n" % reason)
    sys.exit(NO_BROWSER)


def program(*names):
    for name in names:
        if shutil.which(name):
            return shutil.which(name)
    return skip("there is no " + " or ".join(names))


class Ids(HTMLParser):
    """What a page can be entered at, and what it links to."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.links = set(), []
        self.feed(path.read_text())

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids.update(attributes[key] for key in ("id", "name")
                        if attributes.get(key))
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])


class Site:
    def __init__(self, folder):
        self.folder = folder
        self.pages = {path: Ids(path)
                      for path in sorted(folder.rglob("*.html"))}
        self.wrong = []

    def say(self, path, what):
        self.wrong.append("%s: %s" % (path.relative_to(self.folder), what))

    def check_links(self):
        for path, page in self.pages.items():
            for link in page.links:
                parts = urlsplit(link)
                if parts.scheme in ("http", "https", "mailto"):
                    continue  # is elsewhere, and nothing is asked of there
                target = path
                if parts.path:
                    target = Path(os.path.normpath(
                        path.parent / unquote(parts.path)))
                if not target.is_file():
                    self.say(path, "link to %s, which is not there" % link)
                elif (parts.fragment and target in self.pages
                      and unquote(parts.fragment)
                      not in self.pages[target].ids):
                    self.say(path, "link to %s: no such place" % link)

    def opened(self):
        """The pages to look at, without most of those of code."""
        code = [path for path in self.pages
                if path.is_relative_to(self.folder / "source")
                and not path.is_relative_to(self.folder / "source/lessons")]
        code.sort(key=lambda path: path.stat().st_size)
        left_out = set(code[:-LARGEST])
        return [path for path in self.pages if path not in left_out]

    def check_in(self, browser):
        browser.home = self.folder.as_uri()
        for path in self.opened():
            browser.open(path)
            for width in WIDTHS:  # without a new load, which takes the time
                browser.resize(width)
                for what in browser.faults():
                    self.say(path, "at %d px: %s" % (width, what))

    def check(self, browser):
        self.check_links()
        self.check_in(browser)
        return self.wrong


class Browser:
    def __init__(self, profile):
        options = webdriver.ChromeOptions()
        options.binary_location = program("chromium", "chromium-browser",
                                          "google-chrome")
        for flag in ("--headless", "--no-sandbox", "--disable-gpu",
                     "--disable-background-networking", "--no-first-run",
                     "--disable-component-update", "--disable-sync",
                     "--disable-default-apps", "--disable-extensions",
                     "--disable-dev-shm-usage", "--user-data-dir=" + profile):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
        self.driver = webdriver.Chrome(
            service=Service(program("chromedriver")), options=options)

        self.home = ""  # all that may be asked for begins with it

    def resize(self, width):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": HEIGHT, "deviceScaleFactor": 1,
            "mobile": False})  # or the window would grow with its page

    def prefer(self, scheme):
        """What the reader's system is set to: "light", "dark" or "" for any."""
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": scheme}]})

    def open(self, path):
        self.driver.get_log("performance")  # forget what was before
        self.driver.get(path.as_uri())

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def wait(self, condition):
        return WebDriverWait(self.driver, SECONDS).until(condition)

    def requests_elsewhere(self):
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                url = message["params"]["request"]["url"]
                # chrome: is what the browser brings along.
                if not url.startswith((self.home, "data:", "about:", "chrome:")):
                    yield url

    def faults(self):
        """What is wrong with the page that is open."""
        for image in self.run("""
            return Array.from(document.images).map(image => {
              image.loading = "eager";
              return [image.getAttribute("src"), image.alt,
                      image.complete && image.naturalWidth > 0];
            });"""):
            source, alternative, loaded = image
            if not loaded:
                yield "the figure %s is not there" % source
            if not (alternative or "").strip():
                yield "the figure %s has no text" % source
        wide, window = self.run("""
            return [Math.max(document.documentElement.scrollWidth,
                             document.body.scrollWidth), window.innerWidth];""")
        if wide > window:
            yield "is %d px wide in a window of %d" % (wide, window)
        for url in self.requests_elsewhere():
            yield "asks for " + url

    def shot(self, path):
        self.driver.save_screenshot(str(path))


def check_search(site, browser):
    browser.resize(1280)
    start = site.folder / "index.html"
    browser.open(start)
    field = browser.driver.find_element(By.CSS_SELECTOR, "input[name=q]")
    field.send_keys("copy-on-write")
    field.submit()
    links = browser.wait(lambda driver: driver.find_elements(
        By.CSS_SELECTOR, "#search-results li a"))
    target = links[0].get_attribute("href")
    browser.driver.get(target)
    text = browser.run("return document.body.textContent").lower()
    if "copy-on-write" not in text:
        site.say(start, "the search led to %s, which does not have it" % target)
    for url in browser.requests_elsewhere():
        site.say(start, "the search asks for " + url)


def check_dark_mode(site, browser):
    start = site.folder / "index.html"
    browser.open(start)

    def look():
        return browser.run("""
            return [document.body.dataset.theme,
                    getComputedStyle(document.body).backgroundColor];""")
    seen = {}
    for _ in range(3):  # automatic, light, dark
        browser.run("""
            Array.from(document.querySelectorAll(".theme-toggle"))
              .find(button => button.getClientRects().length > 0).click();""")
        theme, color = look()
        seen[theme] = color
    if not {"light", "dark"} <= set(seen) or seen["light"] == seen["dark"]:
        site.say(start, "dark mode does not switch: %s" % seen)
        return

    browser.run("localStorage.clear();")
    for scheme in ("light", "dark"):
        browser.prefer(scheme)
        browser.open(start)
        if look() != ["auto", seen[scheme]]:
            site.say(start, "on a system that is %s the page is %s" % (
                scheme, look()))
    browser.prefer("")


def check_answers(site, browser):
    for path in site.pages:
        if path.parent != site.folder / "docs" or not path.name[:2].isdigit():
            continue
        browser.open(path)
        hidden, shown = browser.run("""
            const answers = Array.from(document.querySelectorAll("details"));
            const sizes = () => answers.filter(
                each => each.offsetHeight >
                        2 * each.querySelector("summary").offsetHeight).length;
            const before = sizes();
            answers.forEach(each => each.querySelector("summary").click());
            return [answers.length - before, sizes()];""")
        if shown == 0 or shown != hidden:
            site.say(path, "of its answers, %d are hidden and %d open"
                     % (hidden, shown))


FAULTS = {
    "link to nowhere.html": '<a href="nowhere.html">x</a>',
    "no such place": '<a href="#nowhere">x</a>',
    "figure nowhere.svg is not there": '<img src="nowhere.svg" alt="x">',
    "has no text": '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">',
    "px wide in a window of 360":
        '<div style="width: 500px; height: 1px"></div>',
    "px wide in a window of 1280":
        '<div style="width: 2000px; height: 1px"></div>',
    "asks for file:///javascript/": '<img src="/javascript/x" alt="x">',
    # A name that leads nowhere, by RFC 2606.
    "asks for http://example.invalid/":
        '<img src="http://example.invalid/x.png" alt="x">',
}


def check_that_faults_are_seen(browser, folder):
    missed = []
    for expected, fault in FAULTS.items():
        page = Path(folder) / "fault.html"
        page.write_text("<!doctype html><title>x</title><body>%s" % fault)
        wrong = Site(Path(folder)).check(browser)
        if not any(expected in each for each in wrong):
            missed.append("the test does not see: %s (%s)" % (expected, wrong))
    page.write_text("<!doctype html><title>x</title><body>nothing wrong")
    missed += Site(Path(folder)).check(browser)
    return missed


def main():
    if webdriver is None:
        skip(missing)
    site = Site(Path(sys.argv[1]).resolve())
    if not site.pages:
        skip("there is no site in %s: make site" % site.folder)
    with tempfile.TemporaryDirectory() as profile, \
            tempfile.TemporaryDirectory() as faults:
        browser = Browser(profile)
        try:
            wrong = site.check(browser)
            browser.home = site.folder.as_uri()
            check_search(site, browser)
            check_dark_mode(site, browser)
            check_answers(site, browser)
            wrong += check_that_faults_are_seen(browser, faults)
        finally:
            browser.driver.quit()
    print("\n".join(wrong) or
          "%d pages, of which %d were opened, as wide as %s px: nothing wrong"
          % (len(site.pages), len(site.opened()),
             " and ".join(map(str, WIDTHS))))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
