// The browser that the site is tested in, and how a page is opened in it.
import {readdirSync} from "node:fs";
import {join} from "node:path";
import {pathToFileURL} from "node:url";

import {chromium} from "playwright-core";

export const kSite = process.env.COWPOOL_SITE;
export const kSource = process.env.COWPOOL_SOURCE;

/** The committed recordings, by name. */
export const kRecordings = (() => {
  const folder = join(kSource, "docs/runs");
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".json"))
      .map((name) => ({name: name.slice(0, -5), file: join(folder, name)}));
  } catch {
    return [];
  }
})();

export const launch = () => chromium.launch({
  executablePath: process.env.COWPOOL_BROWSER,
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});

/** The address of a page of the site. */
export const address = (page) => pathToFileURL(join(kSite, page)).href;

/**
 * A page of the browser that keeps what it complains about, and what it asks
 * for that is not of the site, in `page.faults`.
 */
export async function newPage(browser, options = {}) {
  const context = await browser.newContext(
    {viewport: {width: 1280, height: 800}, ...options});
  const page = await context.newPage();
  const home = pathToFileURL(kSite).href + "/";
  page.faults = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) {
      page.faults.push(`console: ${message.text()}`);
    }
  });
  page.on("pageerror", (error) => page.faults.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    page.faults.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(home) && !/^(data|blob|about):/.test(request.url())) {
      page.faults.push(`asks for ${request.url()}`);
    }
  });
  return page;
}
