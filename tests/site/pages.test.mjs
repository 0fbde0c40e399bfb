// All pages of the site, in a browser, from their files: as wide as a phone, a
// desk and a wide desk, light and dark, with and without script. Nothing is
// wider than the window, nothing complains, nothing is asked of any other
// machine, figures are there, have a text and can be read, and every link leads
// somewhere.
// Of the pages of code, which one template makes, the lessons' and the largest
// are opened.
import assert from "node:assert/strict";
import {existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync,
        writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {dirname, join, normalize} from "node:path";
import test, {after, before} from "node:test";
import {pathToFileURL} from "node:url";
import {gzipSync} from "node:zlib";

import {address, kRecordings, kSite, launch, newPage} from "./browser.mjs";

const kWidths = [390, 1280, 1920];
const kLargest = 10;     // of the pages of code
const kScript = 150e3;   // bytes of script a page may load, compressed
const kLeastText = 11;   // px, of a figure

const all = readdirSync(kSite, {recursive: true}).map(String)
  .filter((page) => page.endsWith(".html")).sort();
const code = all.filter((page) => page.startsWith("source/") &&
  !page.startsWith("source/lessons/"));
const largest = new Set(code.map((page) => [statSync(join(kSite, page)).size, page])
  .sort(([a], [b]) => b - a).slice(0, kLargest).map(([, page]) => page));
const opened = all.filter((page) => !code.includes(page) || largest.has(page));
const documents = all.filter((page) => !page.startsWith("source/"));

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

/** What is wrong with the page that is open, seen from inside. */
const looks = (page) => page.evaluate((least) => {
  const wrong = [];
  const wide = Math.max(document.documentElement.scrollWidth,
                        document.body.scrollWidth);
  if (wide > innerWidth) wrong.push(`is ${wide} px wide`);
  for (const image of document.images) {
    image.loading = "eager";
    const name = image.getAttribute("src");
    if (!image.complete || !image.naturalWidth) {
      wrong.push(`the figure ${name} is not there`);
    }
    if (!image.alt.trim()) wrong.push(`the figure ${name} has no text`);
    const text = parseFloat(image.dataset.text ?? "NaN");
    if (image.clientWidth && text * image.clientWidth < least - 0.05) {
      wrong.push(`the text of ${name} is ${text * image.clientWidth} px high`);
    }
  }
  return wrong;
}, kLeastText);

/** Opens `pages`, each once, and looks at it in all sizes and colours. */
async function faultsOf(pages, options) {
  const page = await newPage(browser, options);
  const wrong = [];
  for (const name of pages) {
    page.faults.length = 0;
    await page.goto(name.startsWith("file:") ? name : address(name));
    for (const width of kWidths) {
      for (const colorScheme of ["light", "dark"]) {
        await page.setViewportSize({width, height: 800});
        await page.emulateMedia({colorScheme});
        for (const what of await looks(page)) {
          wrong.push(`${name}, ${width} px, ${colorScheme}: ${what}`);
        }
      }
    }
    wrong.push(...page.faults.map((what) => `${name}: ${what}`));
  }
  await page.context().close();
  return wrong;
}

test("With script nothing is wrong with any page", async () => {
  assert.deepEqual(await faultsOf(opened, {}), []);
});

test("Without script nothing is wrong with any page", async () => {
  assert.deepEqual(await faultsOf(opened, {javaScriptEnabled: false}), []);
});

test("Without script the text in the place of each widget is there", async () => {
  const page = await newPage(browser, {javaScriptEnabled: false});
  for (const name of documents) {
    if (!readFileSync(join(kSite, name), "utf8").includes("widget-static")) {
      continue;
    }
    await page.goto(address(name));
    for (const place of await page.locator(".widget").all()) {
      const kind = await place.getAttribute("data-widget");
      if (["progress", "chapter-end", "predict"].includes(kind)) continue;
      assert(await place.isVisible(), `${name}: ${kind}`);
    }
  }
  await page.context().close();
});

test("Each widget starts, and no static text stays beside it", async () => {
  const page = await newPage(browser);
  let started = 0;
  for (const name of documents) {
    await page.goto(address(name));
    const places = await page.locator("[data-widget]").evaluateAll((all) =>
      all.map((each) => [each.dataset.widget, each.classList.contains("is-live")]));
    for (const [kind, live] of places) {
      assert(live, `${name}: ${kind} has not started`);
      ++started;
    }
  }
  assert(started > 16);
  await page.context().close();
});

test("The first picture moves, can be stopped, and stands still if wanted",
  {skip: !kRecordings.some(({name}) => name === "08_page_map") &&
    "there is no recording"}, async () => {
    const moving = await newPage(browser);
    await moving.goto(address("index.html"));
    const seen = () => moving.locator(".story-total").allTextContents();
    const first = (await seen()).join();
    await moving.waitForFunction((first) =>
      [...document.querySelectorAll(".story-total")]
        .map((each) => each.textContent).join() !== first, first);
    await moving.click(".story-pause");
    assert.equal(await moving.textContent(".story-pause"), "go on");
    assert.deepEqual(moving.faults, []);
    await moving.context().close();
    const page = await newPage(browser, {reducedMotion: "reduce"});
    await page.goto(address("index.html"));
    assert(await page.locator("[data-widget=story] img").isVisible());
    assert.equal(await page.locator(".story").count(), 0);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

test("No page loads more script than it may", () => {
  for (const name of documents) {
    const text = readFileSync(join(kSite, name), "utf8");
    const sum = [...text.matchAll(/<script[^>]* src="([^"?]+)/g)]
      .filter(([, source]) => !source.endsWith("searchindex.js"))  // is data
      .map(([, source]) => gzipSync(readFileSync(
        join(kSite, dirname(name), source))).length)
      .reduce((a, b) => a + b, 0);
    assert(sum > 0 && sum <= kScript, `${name}: ${sum} bytes`);
  }
});

/** Links that lead nowhere. */
function deadLinks(folder, pages) {
  const parsed = new Map(pages.map((name) => {
    const text = readFileSync(join(folder, name), "utf8");
    const found = (pattern) => [...text.matchAll(pattern)].map(([, value]) =>
      value.replaceAll("&amp;", "&"));
    return [name, {ids: new Set(found(/ (?:id|name)="([^"]+)"/g)),
                   links: found(/<a [^>]*href="([^"]+)"/g)}];
  }));
  const dead = [];
  for (const [name, {links}] of parsed) {
    for (const link of links) {
      if (/^(https?|mailto):/.test(link)) continue;
      const [path, fragment] = link.split("#").map(decodeURIComponent);
      const target = path ? normalize(join(dirname(name), path)) : name;
      if (!existsSync(join(folder, target))) {
        dead.push(`${name}: link to ${link}, which is not there`);
      } else if (fragment && parsed.has(target) &&
                 !parsed.get(target).ids.has(fragment)) {
        dead.push(`${name}: link to ${link}: no such place`);
      }
    }
  }
  return dead;
}

test("Every link leads somewhere", () => {
  assert.deepEqual(deadLinks(kSite, all), []);
});

test("The search finds", async () => {
  const page = await newPage(browser);
  await page.goto(address("index.html"));
  await page.fill("input[name=q]", "copy-on-write");
  await page.press("input[name=q]", "Enter");
  await page.click("#search-results li a");
  await page.waitForLoadState("load");
  assert.match((await page.textContent("body")).toLowerCase(), /copy-on-write/);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("Dark mode is dark, by the system and by the button", async () => {
  const color = (page) => page.evaluate(() =>
    getComputedStyle(document.body).backgroundColor);
  const bySystem = {};
  for (const colorScheme of ["light", "dark"]) {
    const page = await newPage(browser, {colorScheme});
    await page.goto(address("index.html"));
    bySystem[colorScheme] = await color(page);
    const byButton = {};
    for (let i = 0; i < 3; ++i) {  // automatic, light, dark
      await page.locator(".theme-toggle:visible").click();
      byButton[await page.evaluate(() => document.body.dataset.theme)] =
        await color(page);
    }
    assert.equal(byButton.auto, bySystem[colorScheme]);
    assert.notEqual(byButton.light, byButton.dark);
    bySystem[`button ${colorScheme}`] = byButton[colorScheme];
    await page.context().close();
  }
  assert.equal(bySystem.light, bySystem["button light"]);
  assert.equal(bySystem.dark, bySystem["button dark"]);
});

test("Answers are hidden until they are asked for", async () => {
  const page = await newPage(browser);
  for (const name of documents.filter((page) => /^docs\/\d\d/.test(page))) {
    await page.goto(address(name));
    const [hidden, shown] = await page.evaluate(() => {
      const answers = [...document.querySelectorAll("details")]
        .filter((each) => each.offsetHeight > 0);
      const open = () => answers.filter((each) => each.offsetHeight >
        2 * each.querySelector("summary").offsetHeight).length;
      const before = open();
      for (const each of answers) each.open = true;
      return [answers.length - before, open()];
    });
    assert(shown > 0 && shown === hidden, `${name}: ${hidden} of ${shown}`);
  }
  await page.context().close();
});

test("A chapter is ticked by its button, until it is forgotten",
  async () => {
    const page = await newPage(browser);
    const read = () => page.evaluate(() => localStorage.getItem("cowpool.read"));
    await page.goto(address("docs/04_global.html"));
    assert.equal(await read(), null);
    await page.click(".chapter-read");
    await page.waitForSelector(".chapter-read[aria-pressed=true]");
    assert.equal(await read(), '["04_global"]');
    await page.goto(address("index.html"));
    assert.equal(await page.locator(".course .is-read").count(), 1);
    assert.match(await page.textContent("[data-widget=progress] label"),
                 /^1 of \d+ read/);
    assert.equal(await page.locator(".sidebar-tree .is-read").count(), 1);
    await page.click("text=forget what I have read");
    assert.equal(await page.locator(".is-read").count(), 0);
    assert.equal(await read(), "[]");
    for (const strange of ["{", "{}", "[1, null]", '"x"']) {
      await page.evaluate((text) => localStorage.setItem("cowpool.read", text),
                          strange);
      await page.reload();
      assert.match(await page.textContent("[data-widget=progress] label"),
                   /^0 of/);
    }
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

// A site with each of these faults, so that the tests are known to see them.
const kFaults = {
  "is not there": '<img src="nowhere.svg" alt="x">',
  "has no text": '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">',
  "390 px, light: is 500 px wide": '<div style="width:500px;height:1px"></div>',
  "1280 px, dark: is 2000 px wide": '<div style="width:2000px;height:1px"></div>',
  "asks for file:///javascript/": '<img src="/javascript/x" alt="x">',
  // A name that leads nowhere, by RFC 2606.
  "asks for http://example.invalid/":
    '<img src="http://example.invalid/x.png" alt="x">',
  "error: x": "<script>throw Error('x')</script>",
  "console: y": "<script>console.error('y')</script>",
  "link to nowhere.html": '<a href="nowhere.html">x</a>',
  "no such place": '<a href="#nowhere">x</a>',
};

test("Each kind of fault is seen", async () => {
  const folder = mkdtempSync(join(tmpdir(), "cowpool-site-"));
  const name = "fault.html";
  const url = pathToFileURL(join(folder, name)).href;
  try {
    for (const [expected, fault] of Object.entries(kFaults)) {
      writeFileSync(join(folder, name),
                    `<!doctype html><title>x</title><body style="margin:0">${fault}`);
      const wrong = [...await faultsOf([url], {}), ...deadLinks(folder, [name])]
        .filter((what) => !what.endsWith(`asks for ${url}`));
      assert(wrong.some((what) => what.includes(expected)),
             `not seen: ${expected}: ${wrong}`);
    }
  } finally {
    rmSync(folder, {recursive: true});
  }
});
