// What a reader predicts, and what became of it: the rules of `make predict`
// (common/classroom/predict.py). tests/classroom/entries.json has entries for
// both, so that they cannot differ.
import {round} from "../amount.js";
import {evaluate, parse as parseFormula} from "../expression.js";

/**
 * @typedef {object} Question as in a lesson's predict.json
 * @property {string} asks
 * @property {"bytes" | "number"} unit
 * @property {string} [slack]
 * @property {[string, string][]} wrong
 *
 * @typedef {Record<string, number>} Names the course's symbols and their values
 *
 * @typedef {object} Verdict
 * @property {"right" | "wrong" | "close" | "other" | "none"} word
 * @property {number | null} mistake the index in the question's "wrong"
 */

/** A sentence for the reader. */
export class Unreadable extends Error {}

/** @type {Record<string, number>} */
const UNITS = {"": 1, b: 1, byte: 1, bytes: 1};
["kilo", "mega", "giga", "tera"].forEach((word, k) => {
  const letter = word[0];
  for (const unit of [letter, letter + "b", letter + "ib", word + "byte",
                      word + "bytes", word.slice(0, 2) + "bibyte",
                      word.slice(0, 2) + "bibytes"]) {
    UNITS[unit] = 2 ** (10 * (k + 1));
  }
});
const LONGEST = 100;  // letters of an entry
const ZERO = ["none", "nothing", "zero"];

/**
 * 64,000,000 · 64 000 000 · 64'000'000 · 12.8 · 12,8 · 1e6
 * @param {string} text
 */
function number(text) {
  text = text.replace(/(\d)[ _'’\u00a0\u2009\u202f](?=\d{3})/g, "$1");
  if (/^[1-9]\d{0,2}(,\d{3})+(\.\d*)?$/.test(text)) {
    text = text.replace(/,/g, "");
  } else if (/^[1-9]\d{0,2}(\.\d{3}){2,}$/.test(text)) {
    text = text.replace(/\./g, "");
  } else {
    text = text.replace(/,/g, ".");
  }
  return /^(\d+\.?\d*|\.\d+)(e\+?\d{1,2})?$/.test(text) ? Number(text) : NaN;
}

/** @param {string} typed */
function quoted(typed) {
  const words = typed.trim().replace(/\s+/g, " ");
  return `“${words.length > 40 ? words.slice(0, 36) + " ..." : words}”`;
}

/**
 * What a person means by 64M, 12.8 MiB, 1e6 or (N+1)*D; null for "?". KB, MB and
 * GB are powers of 1024, as in top.
 * @param {string} typed
 * @param {Question} question
 * @param {Names} names
 * @returns {number | null}
 * @throws {Unreadable}
 */
export function parse(typed, question, names) {
  // What an East Asian keyboard writes twice as wide.
  let text = typed.replace(/[！-～]/g,
    wide => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));
  text = text.trim().replace(/^([~≈\s]|about\b|roughly\b|ca\.)+/i, "")
    .replace(/[ .]+$/, "");
  if (/^(\?+|no idea|don't know|idk)$/i.test(text)) return null;
  if (ZERO.includes(text.toLowerCase())) text = "0";
  const ofBytes = question.unit === "bytes";
  if (!ofBytes) {
    text = text.replace(/\s*((page )?faults?|pages?|workers?)$/i, "");
  }
  const split =
    /^(\d[\d.,_'’ \u00a0\u2009\u202f]*(?:e\+?\d+)?|\.\d+)\s*([a-z]*)$/i.exec(text);
  let amount;
  if (text.length > LONGEST) {
    amount = NaN;
  } else if (split) {
    const unit = split[2].toLowerCase();
    amount = number(split[1].trim().toLowerCase()) * (UNITS[unit] ?? NaN);
    if (unit && !ofBytes) amount = NaN;
    // A figure of memory that is "64" is meant to be 64 MiB.
    if (!unit && ofBytes && (amount % 1 > 0 || ("slack" in question &&
                                                0 < amount && amount < 2 ** 20))) {
      throw new Unreadable(`${quoted(typed)} has no unit: give 12.8M, 12.8 MiB, ` +
                           "4K or 240 bytes.");
    }
  } else {
    amount = ofFormula(text, names);
  }
  if (amount >= 0 && amount < 1e18) return round(amount);
  throw new Unreadable(
    `${quoted(typed)} cannot be read: give ` +
    (ofBytes ? "bytes as in 64M, 12.8 MiB or 240 bytes, a formula such as (N+1)*D" :
      "a number such as 4, a formula such as N*R") + ", or ? for no idea.");
}

/**
 * @param {string} text
 * @param {Names} names
 * @returns {number} NaN for what is no formula with + - * / only
 */
function ofFormula(text, names) {
  if (/[\^⌈⌉]| (bytes|[KMG]iB)/.test(text)) return NaN;
  try {
    return evaluate(parseFormula(text, Object.keys(names)), names);
  } catch {
    return NaN;
  }
}

/**
 * @param {string} expression of a question: its slack, a usual mistake
 * @param {Names} names
 */
function value(expression, names) {
  return evaluate(parseFormula(expression, Object.keys(names)), names);
}

/**
 * @param {number | null} predicted
 * @param {number} measured
 * @param {Question} question
 * @param {Names} names
 * @returns {Verdict}
 */
export function judge(predicted, measured, question, names) {
  if (predicted === null) return {word: "none", mistake: null};
  const slack = value(question.slack ?? "0", names);
  const off = Math.abs(predicted - measured);
  if (off <= Math.max(Math.abs(measured) / 20, slack)) {
    return {word: "right", mistake: null};
  }
  const usual = question.wrong.map(([formula]) => value(formula, names));
  const distances = usual.map(each => Math.abs(predicted - each));
  const nearest = distances.indexOf(Math.min(...distances));
  if (nearest >= 0 && distances[nearest] <= usual[nearest] / 20) {
    return {word: "wrong", mistake: nearest};
  }
  return {word: off <= Math.abs(measured) / 4 ? "close" : "other", mistake: null};
}
