// Formulas with handles: they are those of the claims, and the points those of
// the runs. And the charts, in a browser.
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {readdirSync, readFileSync, realpathSync} from "node:fs";
import {join} from "node:path";
import {after, before, test} from "node:test";
import {fileURLToPath} from "node:url";

import {shown} from "../src/amount.js";
import {evaluate, parse} from "../src/expression.js";
import {functionOf, samples} from "../src/handles/formula.js";
import {findings} from "./axe.mjs";
import {address, launch, newPage} from "./browser.mjs";

const ROOT = join(realpathSync(fileURLToPath(import.meta.url)), "../../..");
const RUNS = join(ROOT, "docs/runs");

function json(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** {NN_name: its report} */
const REPORTS = Object.fromEntries(readdirSync(RUNS)
  .filter(name => /^\d\d_.*\.json$/.test(name))
  .map(name => [name.replace(".json", ""), json(join(RUNS, name)).report]));

/** {NN_name: what its chapter's chart is made of} */
const CHARTS = JSON.parse(execFileSync("python3", ["-B", "-c", `
import json, sys
sys.path.insert(0, "common/book/site")
import handles_form
json.dump({name: handles_form.data(name) for name in handles_form.all_names()},
          sys.stdout)`], {cwd: ROOT, encoding: "utf8"}));

function valueOf(claim) {
  return functionOf(claim, {handles: [], derived: {}})({});
}

test("Formula: every claim of every recorded run comes out as predicted", () => {
  const measured = Object.values(json(join(ROOT, "docs/handles.json"))).flat();
  const reports = [...Object.values(REPORTS), ...measured];
  let claims = 0;
  for (const report of reports) {
    for (const claim of report.claims) {
      assert.equal(valueOf(claim), claim.predicted,
                   `${report.lesson}: ${claim.name}: ${claim.formula}`);
      claims++;
    }
  }
  assert.ok(claims > 150, `only ${claims} claims`);
});

test("Formula: whole numbers are divided as integers, shares are not", () => {
  const symbols = {D: 100, N: 2, q: 0.5};
  assert.equal(valueOf({formula: "D/(N + 1)·3", symbols}), 99);
  assert.equal(valueOf({formula: "−D/(N + 1)", symbols}), -33);
  assert.equal(valueOf({formula: "q·D/(N + 1)", symbols}), 17);
  assert.equal(valueOf({formula: "2^(D/N − 40) − 1", symbols}), 1023);
  assert.equal(valueOf({formula: "D·8 bytes + 4 KiB", symbols}), 4896);
});

test("Formula: what is none is refused", () => {
  for (const text of ["", "D +", "D D", "b_uss", "(D", "⌈D", "D)", "2D", "D ^", "x"]) {
    assert.throws(() => parse(text, ["D", "b"]), /is no formula/, text);
  }
  assert.equal(evaluate(parse("⌈7·D/b⌉", ["D", "b"]), {D: 3, b: 4}), 6);
});

test("Charts: eight chapters and more have one", () => {
  assert.ok(Object.keys(CHARTS).length >= 8);
  for (const name of Object.keys(CHARTS)) {
    assert.match(readFileSync(join(ROOT, `docs/${name}.md`), "utf8"),
                 new RegExp(`^<!-- by hand: the site has handles .* of ${name} -->$`, "m"));
  }
});

for (const [name, chart] of Object.entries(CHARTS)) {
  const start = Object.fromEntries(
    chart.handles.map(({symbol, start}) => [symbol, start]));

  test(`${name}: handles start where the run was, and the curve is the claim's`, () => {
    for (const handle of chart.handles) {
      assert.ok(handle.values.includes(handle.start), handle.symbol);
      assert.deepEqual(handle.values, [...handle.values].sort((a, b) => a - b));
    }
    const given = json(join(ROOT, `lessons/${name}/handles.json`));
    chart.curves.forEach((curve, k) => {
      const {claim, lesson = name} = given.curves[k];
      const {predicted} = REPORTS[lesson].claims.find(each => each.name === claim);
      const own = Object.fromEntries(Object.entries(start).map(
        ([symbol, value]) => [symbol, curve.symbols[symbol] ?? value]));
      assert.equal(functionOf(curve, chart)(own), predicted, claim);
    });
  });

  test(`${name}: each point is met with the values of its run, and only there`, () => {
    for (const curve of chart.curves) {
      const formula = functionOf(curve, chart);
      assert.ok(curve.points.length >= 2, curve.says);
      for (const {at, constants, measured, slack} of curve.points) {
        const off = Math.abs(formula({...constants, ...at}) - measured);
        assert.ok(off <= slack, `${curve.says} at ${JSON.stringify(at)}: ${off}`);
      }
    }
    // With another value of any handle, some point is no longer met.
    for (const handle of chart.handles) {
      const other = handle.values.findLast(value => value !== handle.start);
      assert.ok(chart.curves.some(curve => curve.points.some(
        ({at, constants, measured, slack}) => Math.abs(functionOf(curve, chart)(
          {...constants, ...at, [handle.symbol]: other}) - measured) > slack)),
      handle.symbol);
    }
  });

  test(`${name}: the curve is drawn over all values of its handle`, () => {
    const axis = chart.handles.find(({symbol}) => symbol === chart.along);
    const xs = samples(axis);
    assert.equal(xs[0], axis.values[0]);
    assert.equal(xs.at(-1), axis.values.at(-1));
    for (const value of axis.values) assert.ok(xs.includes(value), String(value));
    for (const curve of chart.curves) {
      for (const x of xs) {
        const y = functionOf(curve, chart)({...start, [chart.along]: x});
        assert.ok(Number.isFinite(y) && y >= 0, `${curve.says} at ${x}: ${y}`);
      }
    }
  });
}

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

const slider = (page, symbol) =>
  page.getByRole("slider", {name: new RegExp(`^${symbol} `)});
const values = page => page.locator(".handles-legend li > span > b").allInnerTexts();
const met = async page => Number(/^(\d+) of/.exec(
  await page.locator(".handles-status").innerText())?.[1] ?? 0);

async function opened(name, options) {
  const page = await newPage(browser, options);
  await page.goto(address(`docs/${name}.html`));
  await page.locator(".handles-chart canvas").waitFor();
  return page;
}

test("Page: each chapter's chart starts at its run", async () => {
  const page = await newPage(browser);
  for (const [name, chart] of Object.entries(CHARTS)) {
    await page.goto(address(`docs/${name}.html`));
    await page.locator(".handles-chart canvas").waitFor();
    const texts = await values(page);
    const amounts = chart.curves.map((curve, k) => {
      const {claim, lesson = name} =
        json(join(ROOT, `lessons/${name}/handles.json`)).curves[k];
      const {predicted} = REPORTS[lesson].claims.find(each => each.name === claim);
      return shown(predicted, chart.unit);
    });
    assert.deepEqual(texts, amounts, name);
    assert.equal(await page.locator(".handles-table tbody tr").count(),
                 chart.curves.flatMap(({points}) => points).length);
    assert.deepEqual(page.faults, [], name);
  }
  await page.context().close();
});

test("Page: the curve moves by the formula, the points stay", async () => {
  const page = await opened("04_global");
  const before = await page.locator(".handles-table tbody").innerText();
  assert.equal((await values(page))[1], shown(REPORTS["04_global"].claims.find(
    ({name}) => name.includes("one of N + 1")).predicted, "bytes"));
  await slider(page, "N").focus();
  for (let k = 0; k < 3; k++) await page.keyboard.press("ArrowRight");
  assert.equal(await slider(page, "N").getAttribute("aria-valuetext"), "N = 7");
  const {symbols} = REPORTS["04_global"].claims.find(
    ({name}) => name.includes("one of N + 1"));
  assert.equal((await values(page))[1],
               shown(Math.floor(symbols.D / 8) + symbols.b_pss, "bytes"));
  await slider(page, "D").focus();
  const here = await met(page);
  await page.keyboard.press("Home");
  assert.ok(await met(page) < here);
  const rows = async () => page.locator(".handles-table tbody tr").evaluateAll(
    all => all.map(row => [...row.cells].slice(0, 4).map(cell => cell.textContent)));
  await page.getByRole("button", {name: "As in the run"}).press("Enter");
  assert.equal(await met(page), here);
  assert.equal(await page.locator(".handles-table tbody").innerText(), before);
  const measured = await rows();
  await slider(page, "D").focus();
  await page.keyboard.press("End");
  assert.deepEqual(await rows(), measured);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("Page: points are filled where the formula meets them", async () => {
  const page = await opened("10_density");
  const rows = page.locator(".handles-table tbody tr");
  await page.locator(".handles-table summary").click();
  for (const name of ["512", "64"]) {
    // Each size of the objects that was measured is met when it is chosen.
    const steps = CHARTS["10_density"].handles.find(({symbol}) => symbol === "s").values;
    await slider(page, "s").fill(String(steps.indexOf(Number(name))));
    const cells = await rows.evaluateAll(all => all.map(
      row => [...row.cells].map(cell => cell.textContent)));
    const there = cells.filter(row => row[2] === name && row[3] === "4");
    assert.ok(there.length >= 10);
    for (const row of there) assert.equal(row.at(-1), "yes", row.join(" "));
    assert.ok(cells.some(row => row.at(-1) === "no"));
  }
  await page.context().close();
});

test("Page: the picture takes the colours of the page, and says what it shows",
     async () => {
  const page = await opened("08_page_map", {colorScheme: "light"});
  const picture = page.getByRole("img", {name: /What a write costs.*USS of a worker/});
  const light = await picture.screenshot();
  await page.emulateMedia({colorScheme: "dark"});
  await page.waitForTimeout(100);
  assert.notDeepEqual(await picture.screenshot(), light);
  const canvas = page.locator(".handles-chart canvas");
  const wide = await canvas.evaluate(each => each.clientWidth);
  await page.setViewportSize({width: 390, height: 800});
  await page.waitForFunction(before => document.querySelector(
    ".handles-chart canvas").clientWidth < before, wide);
  assert.equal(await canvas.count(), 1);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("Page: without script the measured figures stand there", async () => {
  const page = await newPage(browser, {javaScriptEnabled: false});
  await page.goto(address("docs/04_global.html"));
  const place = page.locator("[data-widget=handles]");
  await place.locator("summary").click();
  assert.equal(await place.locator("tbody tr").count(),
    CHARTS["04_global"].curves.flatMap(({points}) => points).length);
  assert.equal(await page.locator("[data-widget=handles] input").count(), 0);
  await page.context().close();
});

for (const width of [390, 1280]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`Page: ${width} px, ${colorScheme}: fits, and axe finds nothing`, async () => {
      const page = await opened("02_read_the_meter",
                                {colorScheme, viewport: {width, height: 800}});
      await page.locator(".handles-table summary").click();
      assert.deepEqual(await findings(page, "[data-widget=handles]"), []);
      assert.ok(await page.evaluate(
        () => document.documentElement.scrollWidth <= innerWidth));
      await page.context().close();
    });
  }
}
