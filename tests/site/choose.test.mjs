// "Which lesson for your program": each way to answer leads to one row, and the
// page asks for it with and without a mouse.
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {realpathSync} from "node:fs";
import {join} from "node:path";
import {after, before, test} from "node:test";
import {fileURLToPath} from "node:url";

import {completions, rowFor, rowsLeft} from "../src/choose/table.js";
import {findings} from "./axe.mjs";
import {address, launch, newPage} from "./browser.mjs";

const ROOT = join(realpathSync(fileURLToPath(import.meta.url)), "../../..");
const PAGE = "docs/which_lesson.html";
const python = script => execFileSync("python3", ["-B", "-c", `
import json, sys
sys.path.insert(0, "common/book/site")
import choose_page
text = choose_page.PAGE.read_text()
${script}`], {cwd: ROOT, encoding: "utf8"});

const {questions, rows} = JSON.parse(python(`
json.dump({"questions": choose_page.questions(text), "rows": choose_page.rows(text)},
          sys.stdout)`));
const all = completions(questions, questions.map(() => null));

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

test("Table: five questions, and each answer stands in it as it is asked for", () => {
  assert.equal(questions.length, 5);
  questions.forEach((question, k) => {
    const asked = question.answers.map(({name}) => name);
    const used = new Set(rows.flatMap(({when}) => when[k] ?? []));
    for (const name of used) assert.ok(asked.includes(name), name);
  });
});

test("Table: each way to answer leads to a row, and each row is led to", () => {
  assert.equal(all.length,
    questions.reduce((product, {answers}) => product * answers.length, 1));
  const found = new Set(all.map(answers => rowFor(rows, answers)));
  assert.ok(!found.has(-1), JSON.stringify(
    all.find(answers => rowFor(rows, answers) === -1)));
  assert.equal(found.size, rows.length);
});

test("Table: what is left shrinks with each answer, down to the row", () => {
  for (const answers of all) {
    let before = rows.length;
    for (let k = 0; k <= answers.length; k++) {
      const left = rowsLeft(rows, questions,
        answers.map((answer, i) => (i < k ? answer : null)));
      assert.ok(left.length <= before && left.includes(rowFor(rows, answers)));
      before = left.length;
    }
    assert.equal(before, 1);
  }
});

test("Table: its figures are those of the recorded claims", () => {
  const cell = `| ${rows[0].costs} <!--`;
  const said = python(`
assert choose_page.updated(text) == text
changed = text.replace(${JSON.stringify(cell)}, "| 9.9 MiB <!--")
print(changed != text, choose_page.updated(changed).count("9.9 MiB"))`);
  assert.equal(said.trim(), "True 0");
});

const radio = (page, name) => page.locator(`.choose-answer input[value="${name}"]`);
const result = page => page.locator(".choose-result");

test("Page: answers lead to cure, figure and chapter, and stay", async () => {
  const page = await newPage(browser);
  await page.goto(address(PAGE));
  assert.equal(await page.locator("[data-widget=choose] .widget-static").isVisible(),
               false);
  for (const name of ["small objects", "read", "forked", "Python"]) {
    await radio(page, name).check();
  }
  assert.match(await result(page).innerText(), /^2 of \d+ cures are left/);
  assert.equal(await page.locator("#the-table .choose-left").count(), 2);
  await radio(page, "one fits").check();
  const row = rows[rowFor(rows, ["small objects", "read", "forked", "Python",
                                 "one fits"])];
  assert.equal(row.lesson, "12_cures");
  const said = await result(page).innerText();
  for (const part of [row.cure, row.costs]) assert.ok(said.includes(part), said);

  await page.reload();
  assert.equal(await result(page).innerText(), said);
  await result(page).getByRole("link").press("Enter");
  await page.waitForURL("**/12_cures.html");

  await page.goto(address(PAGE));
  await page.getByRole("button", {name: "Begin again"}).press("Enter");
  await page.reload();
  assert.match(await result(page).innerText(), /^(\d+) of \1 cures are left/);
  assert.equal(await page.locator(".choose-left").count(), 0);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

test("Page: the keyboard is enough", async () => {
  const page = await newPage(browser);
  await page.goto(address(PAGE));
  await radio(page, "one array").focus();
  for (let k = 0; k < questions.length; k++) {
    await page.keyboard.press("Space");
    await page.keyboard.press("Tab");
  }
  // The first answer to each question.
  const row = rows[rowFor(rows, questions.map(({answers}) => answers[0].name))];
  assert.ok((await result(page).innerText()).includes(row.cure));
  await page.keyboard.press("Enter");  // on the link to the chapter
  await page.waitForURL(`**/${row.lesson}.html`);
  await page.context().close();
});

test("Page: where nothing can be kept, it works until it is left", async () => {
  const page = await newPage(browser);
  await page.addInitScript(() => Object.defineProperty(window, "localStorage",
    {get() { throw new Error("refused"); }}));
  await page.goto(address(PAGE));
  await radio(page, "many machines").check();
  assert.ok((await result(page).innerText()).includes(rows[0].cure));
  await page.context().close();
});

test("Page: without script the questions and the table stand there", async () => {
  const page = await newPage(browser, {javaScriptEnabled: false});
  await page.goto(address(PAGE));
  assert.ok(await page.getByText(questions[0].answers[0].says).isVisible());
  assert.equal(await page.locator("#the-table tbody tr").count(), rows.length);
  await page.context().close();
});

for (const width of [390, 1280]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`Page: ${width} px, ${colorScheme}: fits, and axe finds nothing`, async () => {
      const page = await newPage(browser,
        {colorScheme, viewport: {width, height: 800}});
      await page.goto(address(PAGE));
      await radio(page, "several arrays").check();
      await radio(page, "read").check();
      assert.deepEqual(await findings(page, "article"), []);
      assert.ok(await page.evaluate(
        () => document.documentElement.scrollWidth <= innerWidth));
      await page.context().close();
    });
  }
}
