// What the figures of an event add up to, and how a whole run is scaled.

/** @typedef {import("./recording.js").Recording} Recording */
/** @typedef {import("./recording.js").Event} Event */

/** ΣPSS in bytes; null if it could not be read of one process.
 * @param {Event} event */
export function totalPss(event) {
  let sum = 0;
  for (const {pss} of event.figures) {
    if (pss === undefined) return null;
    sum += pss;
  }
  return sum;
}

/** The largest figure of one process, and the largest ΣPSS.
 * @param {Recording} recording */
export function scales(recording) {
  let process = 1, total = 1;
  for (const event of recording.events) {
    total = Math.max(total, totalPss(event) ?? 0);
    for (const {rss, pss, uss} of event.figures) {
      process = Math.max(process, rss ?? 0, pss ?? 0, uss ?? 0);
    }
  }
  return {process, total};
}
