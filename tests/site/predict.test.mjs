// What the form of a chapter's "Predict first" makes of what people type: as
// `make predict` does. And the form itself, in a browser.
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {readdirSync, readFileSync, realpathSync} from "node:fs";
import {join} from "node:path";
import {after, before, test} from "node:test";
import {fileURLToPath} from "node:url";

import {shown} from "../src/amount.js";
import {judge, parse, Unreadable} from "../src/predict/grammar.js";
import {findings} from "./axe.mjs";
import {address, kSite, launch, newPage} from "./browser.mjs";

const ROOT = join(realpathSync(fileURLToPath(import.meta.url)), "../../..");
const ENTRIES = JSON.parse(
  readFileSync(join(ROOT, "tests/classroom/entries.json"), "utf8"));

function parsed(text, kind) {
  return parse(text, ENTRIES.questions[kind], ENTRIES.names);
}

test("Entries are read as people type them", () => {
  assert.ok(ENTRIES.read.length >= 20);
  for (const [text, kind, expected] of ENTRIES.read) {
    assert.equal(parsed(text, kind), expected, text);
  }
});

test("Entries that mean nothing are refused in a sentence", () => {
  for (const why of ["cannot be read", "has no unit"]) {
    for (const [text, kind] of ENTRIES[why]) {
      assert.throws(() => parsed(text, kind),
        error => error instanceof Unreadable && error.message.includes(why), text);
    }
  }
  for (const text of ["(".repeat(2000), "9".repeat(5000)]) {
    assert.throws(() => parsed(text, "pipe"), Unreadable);
  }
});

test("Verdicts are those of make predict", () => {
  for (const [told, measured, kind, word, mistake] of ENTRIES.judged) {
    assert.deepEqual(judge(told, measured, ENTRIES.questions[kind], ENTRIES.names),
                     {word, mistake});
  }
});

test("Amounts are shown as the lessons do", () => {
  for (const [amount, unit, expected] of ENTRIES.shown) {
    assert.equal(shown(amount, unit), expected);
  }
});

// Entries that nobody has thought of: pieces of those above, put together by
// chance, read by this form and by common/classroom/predict.py.
test("Entries put together by chance are read alike here and in Python", () => {
  const pieces = ["D", "N", "R", "page", "64", "1,024", "12.8", "0", "1e3", ".5",
    "007", "+", "-", "*", "/", "·", "−", "(", ")", " ", "\u00a0", "MiB", "k", "kb",
    "bytes", "pages", "workers", "~", "?", ".", ",", "'", "_", "x", "e",
    "\u2009", "’", "６４", "＊", "٦"];
  let seed = 20240131;
  const chance = below => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    return Math.floor(seed / 2 ** 31 * below);
  };
  const kinds = Object.keys(ENTRIES.questions);
  const entries = Array.from({length: 5000}, () => [
    Array.from({length: 1 + chance(5)}, () => pieces[chance(pieces.length)]).join(""),
    kinds[chance(kinds.length)]]);
  const script = `
import json, sys, warnings
warnings.simplefilter("ignore")
sys.path.insert(0, "common/classroom")
import predict
given = json.load(sys.stdin)
def read(text, kind):
    try:
        return predict.parse(text, given["questions"][kind], given["names"])
    except ValueError as error:
        return "no unit" if "has no unit" in str(error) else "unreadable"
json.dump([read(*entry) for entry in given["entries"]], sys.stdout)`;
  const python = JSON.parse(execFileSync("python3", ["-B", "-c", script], {
    cwd: ROOT, encoding: "utf8", maxBuffer: 2 ** 26,
    input: JSON.stringify({...ENTRIES, entries})}));
  let read = 0;
  entries.forEach(([text, kind], k) => {
    let here;
    try {
      here = parsed(text, kind);
      read++;
    } catch (error) {
      here = error.message.includes("has no unit") ? "no unit" : "unreadable";
    }
    assert.equal(here, python[k], `${JSON.stringify(text)} as ${kind}`);
  });
  assert.ok(read > 300, `only ${read} could be read`);
});

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const PAGE = "docs/04_global.html";
const GIVEN = ["64M", "16 MiB", "0", "(N+1)*D", "12"];
const field = (page, k) => page.locator(`#predict-${k}`);
const button = (page, name) => page.getByRole("button", {name, exact: true});
// (A click may miss: the theme scrolls smoothly.)
const press = (page, name) => button(page, name).press("Enter");
const said = page => page.locator(".predict-status").innerText();
const results = page => page.locator(".predict-result:visible").allInnerTexts();

async function opened(options) {
  const page = await newPage(browser, options);
  await page.goto(address(PAGE));
  return page;
}

async function fill(page, given = GIVEN) {
  for (const [k, text] of given.entries()) await field(page, k + 1).fill(text);
}

/** What `make predict N=04 SHOW=FILE` says of a file. */
function show(file) {
  return execFileSync("python3", ["-B", "common/classroom/main.py", "predict",
    "--n=04", `--show=${file}`], {cwd: ROOT, encoding: "utf8"});
}

test("Form: each chapter has one, with a field for each of its questions", async () => {
  const chapters = readdirSync(join(kSite, "docs"))
    .filter(name => /^\d\d_.*\.html$/.test(name));
  assert.equal(chapters.length, 16);
  const page = await newPage(browser);
  for (const chapter of chapters) {
    await page.goto(address(`docs/${chapter}`));
    const {questions} = JSON.parse(readFileSync(join(ROOT, "lessons",
      chapter.replace(".html", ""), "exercise/predict.json"), "utf8"));
    const labels = await page.locator("#predict-first label").allInnerTexts();
    assert.deepEqual(labels.map(text => text.replace(/[“”]/g, '"')
      .replace(/’/g, "'").replace(/[;.?]+$/, "")), questions.map(({asks}) => asks));
    for (const k of questions.keys()) await field(page, k + 1).fill("?");
    await press(page, "Compare");
    assert.equal(await said(page), `0 of ${questions.length} right. ` +
      "The whole run stands below; the chapter says why.", chapter);
    assert.deepEqual(page.faults, [], chapter);
  }
  await page.context().close();
});

test("Form: measured figures unfold when there is an answer to each question",
     async () => {
  const page = await opened();
  assert.equal(await page.locator("#run details").first().getAttribute("open"), null);
  await fill(page, GIVEN.slice(0, 4));
  await press(page, "Compare");
  assert.deepEqual(await results(page), []);
  assert.match(await said(page), /when each question has an answer/);
  assert.equal(await page.evaluate(() => document.activeElement.id), "predict-5");
  await page.keyboard.type("12,8");
  await page.keyboard.press("Enter");
  assert.deepEqual(await results(page), []);
  assert.match(await page.locator("#predict-5-said").innerText(), /has no unit/);
  assert.equal(await field(page, 5).getAttribute("aria-invalid"), "true");
  await field(page, 5).fill("16");
  await page.keyboard.press("Enter");
  const found = await results(page);
  assert.equal(found.length, 5);
  assert.match(found[0], /^right.*in the recorded run: 6\d\.\d MiB/);
  assert.match(found[1], /^wrong.*\nYou divided by the workers only/);
  assert.match(found[4], /^wrong.*in the recorded run: 240 bytes\nYou counted the indexes only/);
  assert.match(await said(page), /^2 of 5 right/);
  assert.equal(await page.locator("#run details").first().getAttribute("open"), "");
  // An answer that is changed is no longer compared.
  await field(page, 2).fill("12.8 MiB");
  assert.equal((await results(page)).length, 4);
  assert.equal(await page.locator("#predict-2-said").innerText(), "= 12.8 MiB");
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("Form: nothing is lost on reload, and erased is erased", async () => {
  const page = await opened();
  await fill(page, ["64M", "many"]);
  await page.reload();
  assert.equal(await field(page, 1).inputValue(), "64M");
  assert.equal(await field(page, 2).inputValue(), "many");
  assert.deepEqual(await results(page), []);
  await fill(page);
  await press(page, "Compare");
  const before = await results(page);
  await page.reload();
  assert.deepEqual(await results(page), before);
  assert.deepEqual(await Promise.all(GIVEN.map((_, k) =>
    field(page, k + 1).inputValue())), GIVEN);

  await press(page, "Erase");
  assert.deepEqual(await results(page), []);
  assert.equal(await button(page, "Save as a file").isVisible(), false);
  await page.reload();
  assert.equal(await field(page, 1).inputValue(), "");
  assert.equal(await page.evaluate(() => Object.keys(localStorage)
    .filter(key => key.startsWith("cowpool.predict")).length), 0);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("Form: what is saved is the file of make predict", async () => {
  const page = await opened();
  await fill(page);
  await press(page, "Compare");
  await press(page, "Compare");  // the same again is no other line
  await fill(page, ["?", "12.8 MiB", "0", "D", "240"]);
  await press(page, "Compare");
  const waits = page.waitForEvent("download");
  await press(page, "Save as a file");
  const download = await waits;
  assert.equal(download.suggestedFilename(), "04_global.jsonl");
  const file = await download.path();
  const lines = readFileSync(file, "utf8").trimEnd().split("\n").map(
    line => JSON.parse(line));
  assert.deepEqual(lines.map(({answers}) => answers.map(({value}) => value)),
    [[67108864, 16777216, 0, 335544320, 12], [null, 13421773, 0, 67108864, 240]]);
  assert.deepEqual(Object.keys(lines[0]), ["lesson", "time", "names", "answers"]);
  assert.match(lines[0].time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  const shows = show(file);
  assert.match(shows, /^04_global: 2 predictions/);
  assert.match(shows, /D\/N +1 /);
  assert.doesNotMatch(shows, /is no line of predictions/);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("Form: what other versions of the page have kept does no harm", async () => {
  const page = await newPage(browser);
  const deep = "[".repeat(9000) + "]".repeat(9000);
  for (const kept of ["{", "null", "[1, 2]", `{"typed": [${deep}]}`,
    '{"typed": ["<img src=x>", 4]}',
    '{"typed": ["a", "b", "c", "d", "e"], "compared": true, "lines": 7}']) {
    await page.addInitScript(text => {
      localStorage.setItem("cowpool.predict.04_global", text);
    }, kept);
    await page.goto(address(PAGE));
    await fill(page);
    await press(page, "Compare");
    assert.match(await said(page), /^2 of 5 right/, kept);
  }
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("Form: where nothing can be kept, it works and says so", async () => {
  const page = await newPage(browser);
  await page.addInitScript(() => Object.defineProperty(window, "localStorage",
    {get() { throw new Error("refused"); }}));
  await page.goto(address(PAGE));
  await page.getByText("This browser keeps nothing").waitFor();
  await fill(page);
  await press(page, "Compare");
  assert.match(await said(page), /^2 of 5 right/);
  assert.equal(await button(page, "Save as a file").isVisible(), true);
  await press(page, "Erase");
  assert.equal(await field(page, 1).inputValue(), "");
  await page.context().close();
});

test("Form: the keyboard is enough", async () => {
  const page = await opened();
  await field(page, 1).focus();
  for (const text of GIVEN) {
    await page.keyboard.type(text);
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Space");  // Compare
  assert.equal((await results(page)).length, 5);
  for (const name of ["Save as a file", "Erase"]) {
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), name);
  }
  await page.keyboard.press("Enter");
  assert.equal(await field(page, 1).inputValue(), "");
  await page.context().close();
});

test("Form: without script the list and the folded run are as they were", async () => {
  const page = await opened({javaScriptEnabled: false});
  assert.equal(await page.locator("#predict-first ol > li").count(), 5);
  assert.equal(await page.locator("#predict-first input, #predict-first button")
    .count(), 0);
  assert.equal(await page.locator("#run details").first().getAttribute("open"), null);
  await page.context().close();
});

for (const width of [390, 1280]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`Form: ${width} px, ${colorScheme}: fits, and axe finds nothing`, async () => {
      const page = await opened({colorScheme, viewport: {width, height: 800}});
      await fill(page, ["64M", "many"]);
      await press(page, "Compare");
      assert.deepEqual(await findings(page, "#predict-first"), []);
      await fill(page, ["64M", "16M", "?", "80M", "12"]);
      await press(page, "Compare");
      assert.deepEqual(await page.locator(".predict-result strong").allInnerTexts(),
                       ["right", "wrong", "no idea", "close", "wrong"]);
      assert.deepEqual(await findings(page, "#predict-first"), []);
      assert.ok(await page.evaluate(
        () => document.documentElement.scrollWidth <= innerWidth));
      await page.context().close();
    });
  }
}
