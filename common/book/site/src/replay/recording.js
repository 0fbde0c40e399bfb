// Reads a recorded run (docs/recording.md has the format). A recording may come
// from anywhere, so nothing of it is believed: what is wrong is said in one
// sentence, and what is right is small enough to be played.

import {inDigits} from "../units.js";

/** What is wrong with a recording, as a sentence for the reader. */
export class BadRecording extends Error {}

export const kVersion = 1;

/** States of a page, in the order of the numbers that stand for them here. */
export const kStates = /** @type {const} */ ([".", "s", "x", "w"]);

// What a page of the site plays without delay. A text of 32 MB is parsed in
// half a second; a map of 2^24 pages is 16 MB; 2^28 changes take about a second.
export const kMost = {
  bytes: 32e6,
  processes: 1024,
  regions: 256,
  maps: 2048,
  pages: 2 ** 24,
  changes: 2 ** 28,
  events: 100000,
  messages: 4096,  // of an event
  name: 200,
};

/**
 * @typedef {{role: string, pid: number, parent: number | null}} Process
 * @typedef {{name: string, pages: number, every: number}} Region `every`: a
 *   recorded page is one of so many; the others are not in the recording
 * @typedef {{process: number, region: number, pages: number}} PageMap
 *   the pages of a region in a process, if an event names them
 * @typedef {{from: number, to: number, bytes: number, count: number}} Message
 * @typedef {{process: number, rss?: number, pss?: number, uss?: number}} Figures
 *   in bytes; what could not be read is not there
 * @typedef {{map: number, runs: [first: number, count: number, state: number][]
 *   }} Change
 * @typedef {{time: number, what: string, moment: string, running: boolean,
 *   messages: Message[], figures: Figures[], changes: Change[]}} Event
 *   `running`: what it shows is not of one moment
 * @typedef {{program: string, processes: Process[], regions: Region[],
 *   maps: PageMap[], events: Event[]}} Recording
 */

/** @param {string} what @returns {never} */
function bad(what) {
  throw new BadRecording(what);
}

/** @param {unknown} value @returns {Record<string, unknown>} */
function object(value, /** @type {string} */ where) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    bad(`This is no recording: ${where} should be an object.`);
  }
  return /** @type {Record<string, unknown>} */ (value);
}

/** @param {unknown} value @returns {unknown[]} */
function list(value, /** @type {string} */ where) {
  if (!Array.isArray(value)) {
    bad(`This is no recording: ${where} should be a list.`);
  }
  return /** @type {unknown[]} */ (value);
}

/** A whole number below `end`. @param {unknown} value */
function whole(value, /** @type {string} */ where, end = 2 ** 53) {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 ||
      value >= end) {
    bad(`This recording is damaged: ${where} ` + (end === 0 ?
      "names what is not there." :
      `should be a whole number from 0 to ${inDigits(end - 1)}.`));
  }
  return /** @type {number} */ (value);
}

/** A text that is safe to show: short, in one line, read from left to right.
 * @param {unknown} value */
function text(value, /** @type {string} */ where) {
  if (typeof value !== "string") {
    bad(`This recording is damaged: ${where} should be a text.`);
  }
  const clean = String(value).slice(0, kMost.name + 1)
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, "·");
  return clean.length > kMost.name ? clean.slice(0, kMost.name) + "…" : clean;
}

/** @param {number} count @param {number} most */
function few(count, most, /** @type {string} */ what) {
  if (count > most) {
    bad(`This recording is too large to be played here: it has ` +
      `${inDigits(count)} ${what}, and ${inDigits(most)} is the most.`);
  }
}

/** Says so if a file is too large to be read at all.
 * @param {number} bytes */
export function checkSize(bytes) {
  if (bytes > kMost.bytes) {
    bad(`This file is too large to be played here: it has ` +
      `${inDigits(Math.ceil(bytes / 1e6))} MB, and ${inDigits(kMost.bytes / 1e6)} MB ` +
      `is the most.`);
  }
}

/** @param {string} source @returns {Recording} */
export function read(source) {
  checkSize(source.length);
  /** @type {unknown} */
  let json;
  try {
    json = JSON.parse(source);
  } catch {
    const trimmed = source.trim();
    if (trimmed.startsWith("{") && !trimmed.endsWith("}")) {
      bad("This recording is cut off: its end is missing. Record the run again.");
    }
    bad("This file is no recording: it is not JSON.");
  }
  const all = object(json, "the whole");
  if (all.format !== "cowpool recording") {
    bad('This file is no recording: its field "format" is not ' +
      '"cowpool recording".');
  }
  if (typeof all.version === "number" && all.version > kVersion) {
    bad(`This recording is of version ${text(String(all.version), "version")}, ` +
      `and this page knows version ${kVersion}. A newer site can show it.`);
  }
  if (all.version !== kVersion) {
    bad("This recording is damaged: its version is unknown.");
  }

  const processes = list(all.processes, "processes").map((value, index) => {
    const each = object(value, `process ${index}`);
    return {
      role: text(each.role, `the role of process ${index}`),
      pid: whole(each.pid, `the pid of process ${index}`),
      // A process comes after its parent, so nobody is its own ancestor.
      parent: each.parent === undefined ? null :
        whole(each.parent, `the parent of process ${index}`, index),
    };
  });
  few(processes.length, kMost.processes, "processes");
  if (processes.length === 0) bad("Nobody is in this recording: no process.");
  const regions = list(all.regions, "regions").map((value, index) => {
    const each = object(value, `region ${index}`);
    const pages = whole(each.pages, `the pages of region ${index}`);
    few(pages, kMost.pages, "pages in one region");
    const every = each.every === undefined ? 1 :
      whole(each.every, `every of region ${index}`);
    if (every === 0) {
      bad(`This recording is damaged: every of region ${index} should not be 0.`);
    }
    return {name: text(each.name, `the name of region ${index}`), pages, every};
  });
  few(regions.length, kMost.regions, "regions");

  const events = list(all.events, "events");
  few(events.length, kMost.events, "events");
  if (events.length === 0) bad("Nothing happens in this recording: no event.");
  /** @type {PageMap[]} */
  const maps = [];
  /** @type {Map<number, number>} */
  const numbers = new Map();
  let pages = 0, changed = 0;

  /** The number of the map of a region in a process.
   * @param {number} process @param {number} region */
  function mapOf(process, region) {
    const key = process * regions.length + region;
    let number = numbers.get(key);
    if (number === undefined) {
      number = maps.push({process, region, pages: regions[region].pages}) - 1;
      numbers.set(key, number);
      few(maps.length, kMost.maps, "maps of pages");
      few(pages += regions[region].pages, kMost.pages, "pages in all processes");
    }
    return number;
  }

  let last = 0;
  /** @type {Event[]} */
  const read = events.map((value, index) => {
    const where = `event ${index + 1}`;
    const each = object(value, where);
    const time = each.time;
    if (typeof time !== "number" || !(time >= last) || time > 1e9) {
      bad(`This recording is damaged: the time of ${where} should be a number ` +
        "of seconds, not before the event before it.");
    }
    last = /** @type {number} */ (time);
    const messages = list(each.messages ?? [], `messages of ${where}`);
    few(messages.length, kMost.messages, `messages in ${where}`);
    const figures = list(each.figures ?? [], `figures of ${where}`);
    few(figures.length, processes.length, `figures in ${where}`);
    const changes = list(each.pages ?? [], `pages of ${where}`);
    return {
      time: last,
      what: text(each.what, `what of ${where}`),
      moment: each.moment === undefined ? "" :
        text(each.moment, `moment of ${where}`),
      running: each.running === true,
      messages: messages.map((value) => {
        const message = object(value, `a message of ${where}`);
        return {
          from: whole(message.from, `from in ${where}`, processes.length),
          to: whole(message.to, `to in ${where}`, processes.length),
          bytes: whole(message.bytes, `the bytes of a message in ${where}`),
          count: whole(message.count ?? 1, `a count in ${where}`),
        };
      }),
      figures: figures.map((value) => {
        const figure = object(value, `a figure of ${where}`);
        /** @type {Figures} */
        const result = {process:
          whole(figure.process, `a process in ${where}`, processes.length)};
        for (const key of /** @type {const} */ (["rss", "pss", "uss"])) {
          if (figure[key] === undefined || figure[key] === null) continue;
          result[key] = whole(figure[key], `${key} in ${where}`);
        }
        return result;
      }),
      changes: changes.map((value) => {
        const change = object(value, `the pages of ${where}`);
        const process =
          whole(change.process, `a process in ${where}`, processes.length);
        const region = whole(change.region, `a region in ${where}`,
          regions.length);
        const end = regions[region].pages;
        const runs = list(change.runs, `runs of ${where}`).map((value) => {
          const [first, count, state] = list(value, `a run of ${where}`);
          const from = whole(first, `the first page of a run in ${where}`, end);
          const length = whole(count, `the length of a run in ${where}`);
          if (from + length > end) {
            bad(`This recording is damaged: in ${where} a run ends behind its ` +
              "region.");
          }
          const number = kStates.indexOf(/** @type {any} */ (state));
          if (number < 0) {
            bad(`This recording is damaged: in ${where} a page has an unknown ` +
              "state.");
          }
          few(changed += length, kMost.changes, "changes of pages");
          return /** @type {[number, number, number]} */ ([from, length, number]);
        });
        return {map: mapOf(process, region), runs};
      }),
    };
  });
  return {program: text(all.program ?? "", "program"), processes, regions, maps,
          events: read};
}
