// What axe-core finds in a page that is open, or in a part of it, but for what is
// minor.
import {readFileSync} from "node:fs";
import {createRequire} from "node:module";

const axe = readFileSync(
  createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export async function findings(page, part = "html") {
  await page.evaluate(axe);
  const {violations} = await page.evaluate(
    selector => globalThis.axe.run(selector), part);
  return violations.filter(({impact}) => impact !== "minor")
    .map(({id, impact, nodes}) => `${impact} ${id}: ${nodes[0].html.slice(0, 150)} ` +
      `(${nodes.length}): ${nodes[0].failureSummary.slice(0, 200)}`);
}
