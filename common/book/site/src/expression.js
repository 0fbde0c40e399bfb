// Formulas as a text: what a reader types, such as (N+1)*D, and what the
// lessons print and check, such as R·(1 − (1 − q)^(P/s)). They have numbers,
// symbols, + - * / ^, parentheses, and ⌈ ⌉, which rounds up.

/**
 * @typedef {number | string | {operation: string, left: Tree, right: Tree}} Tree
 *   a number, a symbol, or an operation. What takes one operand has 0 at its left
 */

const SIGNS = /** @type {Record<string, string>} */ (
  {"−": "-", "·": "*", "×": "*"});
const UNITS = /** @type {Record<string, number>} */ (
  {bytes: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30});
const NUMBER = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?/i;
const DEEPEST = 100;

/** For what is no formula. */
export class BadFormula extends Error {}

/**
 * @param {string} text
 * @param {Iterable<string>} symbols the names that may stand in it, of any letters
 * @returns {Tree}
 */
export function parse(text, symbols) {
  // A long name first: "b_uss" is not "b".
  const names = [...symbols].sort((a, b) => b.length - a.length);
  let rest = text;
  let depth = 0;

  /** @returns {never} */
  function fail() {
    throw new BadFormula(`'${text}' is no formula of ${names.join(", ")}`);
  }
  function peek() {
    rest = rest.trimStart();
    return SIGNS[rest[0]] ?? rest[0] ?? "";
  }
  /** @param {number} length */
  function take(length) {
    const taken = rest.slice(0, length);
    rest = rest.slice(length);
    return taken;
  }
  /** @param {string} closing @returns {Tree} */
  function within(closing) {
    take(1);
    if (++depth > DEEPEST) fail();
    const inside = sum();
    if (peek() !== closing) fail();
    take(1);
    depth--;
    return inside;
  }
  /** @returns {Tree} */
  function operand() {
    const sign = peek();
    const name = names.find(each => rest.startsWith(each) &&
      !(/\w$/.test(each) && /^\w/.test(rest.slice(each.length))));
    if (name) return take(name.length);
    if (sign === "(") return within(")");
    if (sign === "⌈") {
      return {operation: "⌈", left: 0, right: within("⌉")};
    }
    const number = NUMBER.exec(rest) ?? fail();
    if (/^0+[1-9]\d*$/.test(number[0])) fail();
    take(number[0].length);
    const unit = /^ (bytes|[KMG]iB)\b/.exec(rest);
    if (unit) take(unit[0].length);
    if (/^\w/.test(rest)) fail();
    return Number(number[0]) * (unit ? UNITS[unit[1]] : 1);
  }
  /** @returns {Tree} */
  function power() {
    const left = operand();
    if (peek() !== "^") return left;
    take(1);
    return {operation: "^", left, right: signed()};
  }
  /** @returns {Tree} */
  function signed() {
    if (peek() !== "-") return power();
    take(1);
    if (++depth > DEEPEST) fail();
    const right = signed();
    depth--;
    return {operation: "-", left: 0, right};
  }
  /** @param {string} signs @param {() => Tree} next @returns {Tree} */
  function chain(signs, next) {
    let tree = next();
    for (let sign = peek(); sign && signs.includes(sign); sign = peek()) {
      take(1);
      tree = {operation: sign, left: tree, right: next()};
    }
    return tree;
  }
  /** @returns {Tree} */
  function sum() {
    return chain("+-", () => chain("*/", signed));
  }

  const tree = sum();
  if (peek() !== "") fail();
  return tree;
}

/**
 * @param {Tree} tree
 * @param {Record<string, number>} values of its symbols
 * @returns {number}
 */
export function evaluate(tree, values) {
  if (typeof tree === "number") return tree;
  if (typeof tree === "string") return values[tree];
  return calculate(tree.operation, evaluate(tree.left, values),
                   evaluate(tree.right, values));
}

/**
 * @param {string} operation @param {number} left @param {number} right
 * @returns {number}
 */
export function calculate(operation, left, right) {
  switch (operation) {
    case "+": return left + right;
    case "-": return left - right;
    case "*": return left * right;
    case "/": return left / right;
    case "^": return left ** right;
    default: return Math.ceil(right);
  }
}

/**
 * The symbols in it.
 * @param {Tree} tree
 * @returns {string[]}
 */
export function symbolsOf(tree) {
  if (typeof tree === "number") return [];
  if (typeof tree === "string") return [tree];
  return [...new Set([...symbolsOf(tree.left), ...symbolsOf(tree.right)])];
}
