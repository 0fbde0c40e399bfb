// A claim's formula with the reader's values. It is calculated as the lessons do
// (common/cow/lesson/formula.h): whole numbers as integers, which round toward 0;
// what has a share in it with all decimals. The end is rounded.
import {calculate, evaluate, parse, symbolsOf} from "../expression.js";

/**
 * @typedef {Record<string, number>} Values
 *
 * @typedef {object} Handle
 * @property {string} symbol
 * @property {string} says
 * @property {"bytes" | "share" | "number"} unit
 * @property {boolean} log whether its axis is logarithmic
 * @property {number} start the recorded run's value
 * @property {number[]} values
 *
 * @typedef {object} Point
 * @property {Values} at the handles' values in that run
 * @property {Values} constants what else its formula has, such as the base of that run
 * @property {number} measured
 * @property {number} slack how far the claim may be off
 *
 * @typedef {object} Curve
 * @property {string} says
 * @property {string} formula
 * @property {Values} symbols their values in the recorded run
 * @property {Point[]} points
 *
 * @typedef {object} Chart what handles_form.py writes
 * @property {string} title
 * @property {"bytes" | "number"} unit
 * @property {string} along
 * @property {Handle[]} handles
 * @property {Record<string, string>} derived
 * @property {Curve[]} curves
 */

/**
 * @param {import("../expression.js").Tree} tree
 * @param {Values} values
 * @returns {number}
 */
function asClaimed(tree, values) {
  if (typeof tree === "object") {
    const result = calculate(tree.operation, asClaimed(tree.left, values),
                             asClaimed(tree.right, values));
    const share = symbolsOf(tree).some(name => !Number.isInteger(values[name]));
    return share ? result : Math.trunc(result);
  }
  return evaluate(tree, values);
}

/**
 * The symbols that may stand in its formula.
 * @param {Curve} curve
 * @param {Pick<Chart, "handles" | "derived">} chart
 */
function namesOf({symbols}, {handles, derived}) {
  return new Set([...Object.keys(symbols), ...Object.keys(derived),
                  ...handles.map(handle => handle.symbol)]);
}

/**
 * A function from the handles' values to the curve's.
 * @param {Curve} curve
 * @param {Pick<Chart, "handles" | "derived">} chart
 * @returns {(handles: Values) => number}
 */
export function functionOf(curve, chart) {
  const names = [...namesOf(curve, chart)];
  const tree = parse(curve.formula, names);
  const steps = Object.entries(chart.derived).map(([name, text]) => (
    {name, tree: parse(text, names.filter(each => each !== name))}));
  return handles => {
    const values = {...curve.symbols, ...handles};
    for (const step of steps) values[step.name] = evaluate(step.tree, values);
    return Math.round(asClaimed(tree, values));
  };
}

/**
 * The symbols of its formula that no handle moves.
 * @param {Curve} curve
 * @param {Pick<Chart, "handles" | "derived">} chart
 */
export function fixedIn(curve, chart) {
  const moved = [...chart.handles.map(handle => handle.symbol),
                 ...Object.keys(chart.derived)];
  return symbolsOf(parse(curve.formula, namesOf(curve, chart)))
    .filter(name => !moved.includes(name));
}

/**
 * Values of a handle, also between those that it can be set to.
 * @param {Handle} handle
 */
export function samples({values, log, unit}) {
  const STEPS = 8;
  const all = new Set();
  for (let i = 0; i + 1 < values.length; i++) {
    for (let step = 0; step < STEPS; step++) {
      const part = step / STEPS;
      const value = log ? values[i] * (values[i + 1] / values[i]) ** part :
        values[i] + (values[i + 1] - values[i]) * part;
      all.add(unit === "share" ? value : Math.round(value));
    }
  }
  return [...all.add(values[values.length - 1])];
}
