// What axe-core finds on every kind of page: nothing above "minor".
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import test, {after, before} from "node:test";

import {findings} from "./axe.mjs";
import {address, kRecordings, launch, newPage} from "./browser.mjs";
import {sample} from "./sample.mjs";

const kPages = [
  "index.html", "docs/README.html", "docs/01_pass_self.html",
  "docs/08_page_map.html", "docs/cowtop.html", "docs/recipes.html",
  "docs/glossary.html", "docs/your_own_run.html", "search.html",
  "source/lessons/04_global/global.cc.html", "source/lessons.html",
];

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

for (const width of [390, 1280]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`${width} px, ${colorScheme}: nothing above minor`, async () => {
      const found = [];
      const page = await newPage(browser,
        {colorScheme, viewport: {width, height: 800}});
      for (const name of kPages) {
        await page.goto(address(name));
        for (const what of await findings(page)) found.push(`${name}: ${what}`);
      }
      // The player, with all that it can show.
      await page.goto(address("docs/your_own_run.html"));
      for (const text of [JSON.stringify(sample()), "no recording",
                          ...kRecordings.slice(0, 1)
                            .map(({file}) => readFileSync(file))]) {
        await page.setInputFiles("#own-run-file", {name: "a.json",
          mimeType: "application/json", buffer: Buffer.from(text)});
        await page.waitForSelector(".replay, .widget-complaint");
        for (let i = 0; i < 4; ++i) {
          for (const each of await page.locator("[aria-label='one event on']")
            .all()) {
            await each.click();
          }
        }
        for (const what of await findings(page)) found.push(`player: ${what}`);
      }
      assert.deepEqual([...new Set(found)], []);
      await page.context().close();
    });
  }
}

test("A finding is seen", async () => {
  const page = await newPage(browser);
  await page.setContent("<html lang=en><title>x</title><main><h1>x</h1>" +
    "<button></button></main>");
  assert.match((await findings(page)).join(), /button-name/);
});
