// What the form of a chapter's "Predict first" makes of what people type: as
// `make predict` does.
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {readFileSync, realpathSync} from "node:fs";
import {join} from "node:path";
import {test} from "node:test";
import {fileURLToPath} from "node:url";

import {shown} from "../src/amount.js";
import {judge, parse, Unreadable} from "../src/predict/grammar.js";

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
    "bytes", "pages", "workers", "~", "?", ".", ",", "'", "_", "x", "e"];
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
