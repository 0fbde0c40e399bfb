// The player in a browser: what it shows is what was recorded, at each event;
// and what is no recording is said in one sentence. Recordings are opened on the
// page "your own run", as a reader opens one.
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import test, {after, before} from "node:test";

import {inBytes} from "../src/units.js";
import {address, kRecordings, launch, newPage} from "./browser.mjs";
import {counted, sample} from "./sample.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const file = (text) => ({name: "my <b>run</b>.json",
  mimeType: "application/json", buffer: Buffer.from(text)});

async function opened(text, options = {}) {
  const page = await newPage(browser, options);
  await page.goto(address("docs/your_own_run.html"));
  await page.setInputFiles("#own-run-file", file(text));
  await page.waitForSelector(".replay, .widget-complaint");
  const begin = page.locator("[aria-label='to the beginning']");
  if (await begin.count() > 0) await begin.click();
  return page;
}

/** What the page shows, texts only: now, and after each of so many steps. */
const shownAtEach = (page, steps) => page.evaluate((steps) => {
  const text = (from, selector) =>
    from.querySelector(selector)?.textContent ?? "";
  const look = () => ({
    what: text(document, ".replay-what"),
    when: text(document, ".replay-when"),
    total: text(document, ".replay-total .replay-number"),
    sent: text(document, ".replay-sent"),
    live: text(document, ".replay [aria-live]"),
    messages: [...document.querySelectorAll(".replay-messages li")]
      .map((each) => each.textContent),
    processes: [...document.querySelectorAll(".replay-process")]
      .filter((box) => box.offsetHeight > 0).map((box) => ({
        process: Number(box.dataset.process),
        name: text(box, "h3"),
        figures: [...box.querySelectorAll(".replay-number")]
          .map((each) => each.textContent),
        maps: [...box.querySelectorAll("figure:not([hidden])")].map((figure) =>
          Object.fromEntries([...figure.querySelectorAll("[data-state]")]
            .map((each) => [each.dataset.state, each.textContent]))),
      })),
  });
  const all = [look()];
  for (let i = 0; i < steps; ++i) {
    document.querySelector("[aria-label='one event on']").click();
    all.push(look());
  }
  return all;
}, steps);
const shown = async (page) => (await shownAtEach(page, 0))[0];

/** What must be shown at each event, from the JSON. */
function expected(json) {
  // A process shows the regions of which it has a page, in their order.
  const regions = json.processes.map(() => []);
  for (const event of json.events) {
    for (const {process, region} of event.pages ?? []) {
      if (!regions[process].includes(region)) regions[process].push(region);
    }
  }
  for (const each of regions) each.sort((a, b) => a - b);
  return counted(json).map((counts, i) => ({
    total: inBytes(json.events[i].figures.reduce((sum, {pss}) => sum + pss, 0)),
    processes: [...json.events[i].figures].sort((a, b) => a.process - b.process)
      .map(({process, rss, pss, uss}) => ({
        process, figures: [rss, pss, uss].map(inBytes),
        maps: regions[process]
          .map((region) => Object.entries(counts[`${process} ${region}`] ?? {})
            .filter(([, count]) => count > 0))
          .filter((map) => map.some(([state]) => state !== "."))
          .map((map) => Object.fromEntries(map.map(
            ([state, count]) => [state, count.toLocaleString("en")]))),
      })),
  }));
}

const all = [{name: "sample", text: JSON.stringify(sample())},
             ...kRecordings.map(({name, file}) =>
               ({name, text: readFileSync(file, "utf8")}))];

for (const {name, text} of all) {
  test(`${name}: each event shows the figures of the recording`, async () => {
    const json = JSON.parse(text);
    const page = await opened(text);
    const events = json.events.length;
    const seen = await shownAtEach(page, events - 1);
    expected(json).forEach(({total, processes}, i) => {
      const now = seen[i];
      assert.equal(now.what, json.events[i].what);
      assert(now.when.startsWith(`event ${i + 1} of ${events} `), now.when);
      assert.equal(now.total, total);
      assert.deepEqual(now.processes.map(({name, ...rest}) => rest), processes,
                       `event ${i + 1}`);
      assert(now.live.startsWith(`Event ${i + 1} of`), now.live);
    });
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });
}

test("A run is seen at its first moment, and played from its beginning",
  async () => {
    const json = sample();
    json.events[2].moment = "the middle";
    const page = await newPage(browser);
    await page.goto(address("docs/your_own_run.html"));
    await page.setInputFiles("#own-run-file", file(JSON.stringify(json)));
    await page.waitForSelector(".replay");
    const when = () => page.locator(".replay-when").textContent();
    assert.match(await when(), /^event 3 of /);
    assert.match(await page.evaluate(() => {
      document.querySelector("[aria-label=play]").click();
      return document.querySelector(".replay-when").textContent;
    }), /^event 1 of /);
    await page.click("[aria-label=pause]");
    await page.locator("[aria-label=event]").focus();
    for (const [key, event] of [["PageDown", 3], ["End", json.events.length],
                                ["PageUp", 3], ["PageUp", 1]]) {
      await page.keyboard.press(key);
      assert.match(await when(), new RegExp(`^event ${event} of `), key);
    }
    await page.context().close();
  });

/** The colours of a canvas, each with the pixels that have it. */
const colorsOf = (page, canvas) => page.evaluate((index) => {
  const canvas = document.querySelectorAll(".replay-map")[index];
  const {width, height} = canvas;
  const {data} = canvas.getContext("2d").getImageData(0, 0, width, height);
  const pixels = new Uint32Array(data.buffer);
  const colors = {};
  for (const pixel of pixels) colors[pixel] = (colors[pixel] ?? 0) + 1;
  const box = canvas.getBoundingClientRect();
  return {colors, width, height, ratio: devicePixelRatio,
          shown: [box.width, box.height]};
}, canvas);

for (const ratio of [1, 1.5, 2, 2.625]) {
  test(`A page is one square of whole pixels, at ratio ${ratio}`, async () => {
    const page = await opened(JSON.stringify(sample()),
      {deviceScaleFactor: ratio});
    await page.locator("[aria-label=event]").focus();
    for (let i = 0; i < 3; ++i) await page.keyboard.press("ArrowRight");
    const {colors, width, height, shown} = await colorsOf(page, 1);
    assert(Math.abs(shown[0] * ratio - width) < 0.1);
    assert(Math.abs(shown[1] * ratio - height) < 0.1);
    // Shared, exclusive, and what lies between and behind the squares.
    assert.equal(Object.keys(colors).length, 3);
    const [few, many] = Object.entries(colors).filter(([color]) => color !== "0")
      .map(([, count]) => count).sort((a, b) => a - b);
    assert.equal(few / many, 250 / 750);
    await page.context().close();
  });
}

test("The colours follow the theme and forced colours", async () => {
  const json = sample();
  // What is not in memory has other colours in each.
  json.events[0].pages[0].runs = [[1, 999, "x"]];
  const page = await opened(JSON.stringify(json));
  const seen = [];
  for (const media of [{colorScheme: "light"}, {colorScheme: "dark"},
                       {colorScheme: "light", forcedColors: "active"}]) {
    await page.emulateMedia({forcedColors: "none", ...media});
    // A color that was not there before.
    const color = await page.waitForFunction((seen) => {
      const canvas = document.querySelectorAll(".replay-map")[0];
      const color = canvas.getContext("2d").getImageData(0, 0, 1, 1).data.join();
      return !seen.includes(color) && color;
    }, seen);
    seen.push(await color.jsonValue());
  }
  await page.context().close();
});

test("The keyboard does all that the buttons do", async () => {
  const page = await opened(JSON.stringify(sample()));
  const at = async () => (await shown(page)).when.split(" ")[1];
  for (const focus of ["[aria-label=event]", "[aria-label='one event on']"]) {
    await page.locator(focus).focus();
    for (const [key, event] of [["End", "6"], ["ArrowLeft", "5"],
                                ["Home", "1"], ["ArrowLeft", "1"],
                                ["ArrowRight", "2"], ["ArrowUp", "3"],
                                ["ArrowDown", "2"]]) {
      await page.keyboard.press(key);
      assert.equal(await at(), event, `${key} at ${focus}`);
    }
  }
  await page.locator("[aria-label=event]").focus();
  await page.keyboard.press("Home");
  await page.selectOption("[aria-label=speed]", "4");
  await page.locator("[aria-label=event]").focus();
  await page.keyboard.press("Space");
  await page.waitForFunction(() =>
    document.querySelector(".replay-when").textContent.startsWith("event 6 "));
  await page.waitForSelector("button[aria-label=play]");  // has stopped
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("Messages go from the parent to its workers", async () => {
  const page = await opened(JSON.stringify(sample()));
  await page.locator("[aria-label=event]").focus();
  for (let i = 0; i < 2; ++i) await page.keyboard.press("ArrowRight");
  let now = await shown(page);
  assert.deepEqual(now.messages, ["parent → 2 workers: 800.8 KiB each"]);
  assert.equal(now.sent, "through pipes so far: 1.6 MiB");
  for (let i = 0; i < 2; ++i) await page.keyboard.press("ArrowRight");
  now = await shown(page);
  assert.deepEqual(now.messages, ["worker 1 → parent: 64 bytes in 2 messages"]);
  await page.context().close();
});

test("A part of a message, and a look that is not of one moment, are said",
  async () => {
    const json = sample();
    json.events[0].messages = [{from: 0, to: 1, bytes: 64, count: 0}];
    json.events[0].running = true;
    const page = await opened(JSON.stringify(json));
    const {messages, when} = await shown(page);
    assert.deepEqual(messages, ["parent → worker 1: 64 bytes, a part of a message"]);
    assert.match(when, /pages may have changed while they were read$/);
    await page.click("[aria-label='one event on']");
    assert.doesNotMatch((await shown(page)).when, /changed/);
    await page.context().close();
  });

test("A thousand processes are played, eight at a time", async () => {
  const json = sample();
  const all = 1024;
  json.processes = Array.from({length: all}, (_, i) =>
    ({role: i ? `worker ${i}` : "parent", pid: i + 1, ...(i && {parent: 0})}));
  json.events = Array.from({length: all}, (_, at) => ({
    time: at, what: `worker ${at} has begun`,
    figures: [0, ...Array.from({length: 8}, (_, i) => at - i)]
      .filter((process, i) => i === 0 || process > 0)
      .map((process) => ({process, rss: 9, pss: 9, uss: 9})),
    pages: [at, at - 8].filter((process) => process >= 0).map((process) =>
      ({process, region: 0, runs: [[0, 1000, process === at ? "s" : "."]]})),
  }));
  const page = await opened(JSON.stringify(json));
  const seen = await shownAtEach(page, 100);
  await page.keyboard.press("End");
  seen.push(await shown(page));
  const names = (at) => [0, ...Array.from({length: 8}, (_, i) => at - 7 + i)]
    .filter((process, i) => i === 0 || process > 0);
  for (const [i, at] of [[0, 0], [3, 3], [100, 100], [101, all - 1]]) {
    assert.deepEqual(seen[i].processes.map(({process}) => process), names(at));
    assert(seen[i].processes.slice(1).every(({maps}) => maps[0].s === "1,000"));
  }
  await page.context().close();
});

test("After a file is opened, keys go through its events", async () => {
  const page = await opened(JSON.stringify(sample()));
  await page.keyboard.press("ArrowRight");
  assert.equal((await shown(page)).when.split(" ")[1], "2");
  await page.context().close();
});

test("The same file, recorded again, can be opened again", async () => {
  const page = await newPage(browser);
  await page.goto(address("docs/your_own_run.html"));
  for (const what of ["first", "second"]) {
    const json = sample();
    for (const event of json.events) event.what = what;
    const chooser = page.waitForEvent("filechooser");
    await page.click("#own-run-file");
    const {buffer, ...rest} = file(JSON.stringify(json));
    const before = page.locator("#own-run-file");
    assert.equal(await before.evaluate((input) => input.files.length), 0);
    await (await chooser).setFiles({buffer, ...rest});
    await page.locator(".replay-what", {hasText: what}).waitFor();
  }
  await page.context().close();
});

test("Of two files that are opened at once the second is played, alone",
  async () => {
    const page = await opened(JSON.stringify(sample()));
    await page.click("button[aria-label=play]");
    const old = await page.evaluateHandle(
      () => document.querySelector(".replay"));
    await page.evaluate((text) => {
      const late = new File([text.replaceAll("sample", "late")], "late.json");
      // A text that is there after that of the next file.
      late.text = () => new Promise((done) => setTimeout(
        () => done(text.replaceAll("sample", "late")), 200));
      const soon = new File([text.replaceAll("sample", "soon")], "soon.json");
      for (const file of [late, soon]) {
        const drop = new Event("drop", {cancelable: true});
        drop.dataTransfer = {files: [file]};
        document.querySelector(".own-run").dispatchEvent(drop);
      }
    }, JSON.stringify(sample()));
    await page.waitForTimeout(400);
    assert.deepEqual(await page.locator(".replay").evaluateAll((all) =>
      all.map((each) => each.getAttribute("aria-label"))), ["Replay of soon"]);
    assert.equal(await page.locator(".own-run-name").textContent(), "soon.json");
    // The one that was played before has stopped.
    assert.equal(await old.evaluate((each) =>
      each.classList.contains("is-playing")), false);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });

test("Who wants no motion has steps only", async () => {
  const page = await opened(JSON.stringify(sample()), {reducedMotion: "reduce"});
  assert(await page.locator(".replay-play").isHidden());
  assert(await page.locator(".replay-speed").isHidden());
  await page.click("[aria-label='one event on']");
  assert.equal((await shown(page)).when.split(" ")[1], "2");
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  await page.context().close();
});

test("A step of 16,384 pages in 5 processes takes at most 4 frames", async () => {
  const json = sample();
  json.regions = [{name: "data", pages: 16384}];
  json.processes = Array.from({length: 5}, (_, i) =>
    ({role: i ? `worker ${i}` : "parent", pid: i + 1, ...(i && {parent: 0})}));
  json.events = Array.from({length: 10}, (_, event) => ({
    time: event, what: `event ${event}`,
    figures: json.processes.map((_, process) =>
      ({process, rss: event, pss: event, uss: event})),
    // Every second page, the worst for a list of runs.
    pages: json.processes.map((_, process) => ({process, region: 0,
      runs: Array.from({length: 8192}, (_, i) =>
        [2 * i, 1, event % 2 ? "s" : "x"])})),
  }));
  const page = await opened(JSON.stringify(json));
  const [step, empty] = await page.evaluate(async () => {
    const frame = () => new Promise(requestAnimationFrame);
    const [on, back] = ["one event on", "one event back"].map((label) =>
      document.querySelector(`[aria-label='${label}']`));
    const median = (all) => all.sort((a, b) => a - b)[all.length >> 1];
    const times = async (work) => {
      const all = [];
      for (let i = 0; i < 50; ++i) {
        const start = performance.now();
        work(i);
        await frame();
        await frame();  // the second begins when the first has been drawn
        all.push((performance.now() - start) / 2);
      }
      return median(all);
    };
    await times(() => {});
    const empty = await times(() => {});
    return [await times((i) => (i % 2 ? back : on).click()), empty];
  });
  assert(step / empty <= 4, `${step} ms of ${empty}`);
  await page.context().close();
});

const markup = "<img src=x onerror=\"alert(1)\"><script>alert(2)</script>";
test("Names with markup are shown as text", async () => {
  const json = sample();
  json.program = json.regions[0].name = markup;
  for (const process of json.processes) process.role = markup;
  for (const event of json.events) event.what = event.moment = markup;
  const page = await opened(JSON.stringify(json));
  for (let i = 0; i < 5; ++i) await page.click("[aria-label='one event on']");
  assert.equal((await shown(page)).what, markup);
  assert.equal(await page.locator(".replay img, .replay script, .own-run b")
    .count(), 0);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("What is no recording is said in one sentence, and the next is played",
  async () => {
    const page = await opened("not JSON");
    const bad = (change) => {
      const json = sample();
      change(json);
      return JSON.stringify(json);
    };
    for (const text of [
      "", "null", markup, JSON.stringify(sample()).slice(0, 500),
      bad((json) => { json.version = 99; }),
      bad((json) => { json.regions[0].pages = 1e9; }),
      bad((json) => { json.events[0].pages[0].runs[0][1] = 1001; }),
      bad((json) => { json.events[0].pages[0].runs[0][2] = markup; }),
      "{".repeat(1e6), " ".repeat(4e7),
    ]) {
      await page.setInputFiles("#own-run-file", []);
      await page.setInputFiles("#own-run-file", file(text));
      await page.waitForSelector(".widget-complaint");
      const sentences = await page.locator(".widget-complaint").allTextContents();
      assert.equal(sentences.length, 1);
      assert.match(sentences[0], /^[A-Z][^<]*\.$/);
      assert.equal(await page.locator(".replay").count(), 0);
    }
    await page.setInputFiles("#own-run-file", file(JSON.stringify(sample())));
    await page.waitForSelector(".replay");
    assert.equal(await page.locator(".widget-complaint").count(), 0);
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });
