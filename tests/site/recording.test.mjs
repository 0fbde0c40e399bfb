// Reading and folding recordings, without a browser.
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import test from "node:test";

import {Fold} from "../src/replay/fold.js";
import {gridsOf} from "../src/replay/page_map.js";
import {BadRecording, kStates, read} from "../src/replay/recording.js";
import {totalPss} from "../src/replay/totals.js";
import {inBytes} from "../src/units.js";
import {kRecordings} from "./browser.mjs";
import {counted, sample} from "./sample.mjs";

const all = [{name: "sample", text: JSON.stringify(sample())},
             ...kRecordings.map(({name, file}) =>
               ({name, text: readFileSync(file, "utf8")}))];

function foldedCounts(fold) {
  const counts = {};
  fold.recording.maps.forEach(({process, region}, map) => {
    counts[`${process} ${region}`] = Object.fromEntries(
      kStates.map((state, i) => [state, fold.state.counts[map][i]]));
    // What is counted is what is drawn.
    const seen = new Uint32Array(kStates.length);
    for (const page of fold.state.pages[map]) ++seen[page];
    assert.deepEqual(seen, fold.state.counts[map]);
  });
  return counts;
}

for (const {name, text} of all) {
  test(`${name}: every event is folded to the page, from any other`, () => {
    const json = JSON.parse(text);
    const fold = new Fold(read(text));
    const events = json.events.length;
    // There and back, and in leaps.
    const order = [...Array(events).keys()];
    order.push(...[...order].reverse());
    for (let i = 0; i < events; ++i) order.push((i * 7919) % events);
    const expected = counted(json);
    for (const event of order) {
      fold.seek(event);
      const counts = foldedCounts(fold);
      for (const [key, count] of Object.entries(expected[event])) {
        assert.deepEqual(counts[key], count, `event ${event}, map ${key}`);
      }
    }
  });
}

test("The kept states of many small maps take little memory", () => {
  const json = sample();
  json.regions = Array.from({length: 256}, (_, i) => ({name: `${i}`, pages: 1}));
  const [process] = json.processes;
  json.processes = [process, process];
  json.events = Array.from({length: 20000}, (_, time) => ({time, what: ""}));
  json.events[0].pages = json.regions.flatMap((_, region) => [0, 1].map(
    (process) => ({process, region, runs: [[0, 1, "x"]]})));
  const {kept} = new Fold(read(JSON.stringify(json)));
  assert(kept.length * 512 * 400 <= 64e6, `${kept.length} states`);
});

/** The sentence that refuses a recording, changed by `change`. */
function refusal(change) {
  const json = sample();
  const changed = change(json) ?? json;
  const text = typeof changed === "string" ? changed : JSON.stringify(changed);
  try {
    read(text);
  } catch (error) {
    assert(error instanceof BadRecording, error.stack);
    assert.match(error.message, /^[A-Z].*\.$/);
    assert(error.message.length < 300, error.message);
    return error.message;
  }
  return assert.fail("it was read");
}

const hostile = {
  "that is cut": [(json) => JSON.stringify(json).slice(0, 700), /cut off/],
  "that is no JSON": [() => "\u0000\u0001PNG", /not JSON/],
  "that is empty": [() => "", /not JSON/],
  "that is another JSON": [() => "[1, 2]", /should be an object/],
  "of another format": [(json) => { json.format = "x"; }, /field "format"/],
  "of a newer version": [(json) => { json.version = 2; }, /newer site/],
  "of no version": [(json) => { json.version = "1"; }, /version/],
  "without processes": [(json) => { json.processes = []; }, /no process/],
  "without events": [(json) => { json.events = []; }, /no event/],
  "with events that are no list": [(json) => { json.events = {}; }, /a list/],
  "of 100 MB": [() => "x".repeat(1e8), /100 MB/],
  "with a billion pages": [(json) => { json.regions[0].pages = 1e9; },
                           /1,000,000,000/],
  "with many large regions": [(json) => {
    json.regions = Array.from({length: 200}, (_, i) =>
      ({name: `${i}`, pages: 2 ** 20}));
    json.events[0].pages = json.regions.map((_, region) =>
      ({process: 0, region, runs: []}));
  }, /pages in all/],
  "that changes pages again and again": [(json) => {
    json.regions[0].pages = 2 ** 22;
    json.events[0].pages[0].runs =
      Array.from({length: 1000}, () => [0, 2 ** 22, "x"]);
  }, /changes of pages/],
  "with two thousand processes": [(json) => {
    json.processes = Array.from({length: 2000}, () => ({role: "w", pid: 1}));
  }, /2,000 processes/],
  "with a run behind its region": [(json) => {
    json.events[0].pages[0].runs = [[990, 11, "x"]];
  }, /behind its region/],
  "with a run that begins before it": [(json) => {
    json.events[0].pages[0].runs = [[-1, 1, "x"]];
  }, /whole number/],
  "with one page in none": [(json) => { json.regions[0].every = 0; }, /not be 0/],
  "with half a page": [(json) => {
    json.events[0].pages[0].runs = [[0.5, 1, "x"]];
  }, /whole number/],
  "with an unknown state": [(json) => {
    json.events[0].pages[0].runs = [[0, 1, "constructor"]];
  }, /state/],
  "with an unknown process": [(json) => {
    json.events[0].figures[0].process = 4;
  }, /a process/],
  "with a process that is its own parent": [(json) => {
    json.processes[1].parent = 1;
  }, /parent/],
  "whose first process has a parent": [(json) => {
    json.processes[0].parent = 0;
  }, /the parent of process 0 names what is not there/],
  "with a million messages at once": [(json) => {
    json.events[2].messages = Array.from({length: 7e5}, (_, bytes) =>
      ({from: 0, to: 1, bytes}));
  }, /700,000 messages in event 3/],
  "with a process that has many figures": [(json) => {
    json.events[2].figures = Array.from({length: 5}, () => ({process: 1}));
  }, /5 figures in event 3/],
  "with a negative size": [(json) => { json.events[0].figures[0].rss = -1; },
                           /rss/],
  "with a huge size": [(json) => { json.events[0].figures[0].rss = 1e300; },
                       /rss/],
  "that goes back in time": [(json) => { json.events[2].time = 0; }, /time/],
  "with a name that is no text": [(json) => { json.events[0].what = {}; },
                                  /text/],
};

for (const [what, [change, sentence]] of Object.entries(hostile)) {
  test(`A recording ${what} is refused with a sentence`, () => {
    assert.match(refusal(change), sentence);
  });
}

test("Each cut of a recording is refused with a sentence", () => {
  const text = JSON.stringify(sample());
  for (let end = 0; end < text.length - 1; end += 13) {
    refusal(() => text.slice(0, end));
  }
});

test("A name is shortened, and has no control characters", () => {
  const json = sample();
  json.processes[0].role = "a\u0000b\nc\u202ed" + "x".repeat(1000);
  const {role} = read(JSON.stringify(json)).processes[0];
  assert.match(role, /^a·b·c·dx+…$/);
  assert(role.length < 300);
});

test("Squares are whole pixels, of one size, and all fit", () => {
  for (const ratio of [1, 1.25, 1.5, 2, 2.625, 3]) {
    for (const width of [40, 128, 151.5, 340, 700]) {
      for (const regions of [[1], [16384], [16384, 4096, 1], [2 ** 22, 100],
                             [0, 5], [1000, 1000]]) {
        const grids = gridsOf(regions, width, ratio);
        grids.forEach(({columns, rows, size, each}, i) => {
          for (const number of [columns, rows, size, each]) {
            assert(Number.isInteger(number) && number >= 1);
          }
          assert(columns * rows * each >= regions[i]);
          assert(columns * size <= Math.max(16, width * ratio));
          assert(rows * size <= 302 * ratio);
          assert.equal(size, grids[0].size);
          assert.equal(each, grids[0].each);
        });
      }
    }
  }
});

test("Bytes are written as the programs of the course write them", () => {
  for (const [bytes, text] of [
    [0, "0 bytes"], [1, "1 byte"], [1023, "1023 bytes"], [1024, "1 KiB"],
    [1536, "1.5 KiB"], [6553600, "6.2 MiB"], [67108864, "64.0 MiB"],
    [8 * 2 ** 30, "8192.0 MiB"], [10 * 2 ** 30, "10.00 GiB"],
    [20 * 2 ** 40, "20.00 TiB"]]) {
    assert.equal(inBytes(bytes), text);
  }
});
