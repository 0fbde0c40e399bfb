// A formula with handles: the reader moves its symbols, and the curve follows.
// The measured points stay where they are.
import {shown} from "../amount.js";
import {element} from "../dom.js";
import {fixedIn, functionOf, samples} from "./formula.js";
import {Plot} from "./plot.js";

/**
 * @typedef {import("./formula.js").Chart} Chart
 * @typedef {import("./formula.js").Handle} Handle
 */

/**
 * "12.8 MiB", "1.001 %"
 * @param {number} value @param {string} unit
 */
function amount(value, unit) {
  return unit === "share" ? `${Number((100 * value).toPrecision(4))} %` :
    shown(value, unit);
}

/**
 * An amount on an axis, with few digits.
 * @param {number} value @param {string} unit
 */
function short(value, unit) {
  if (value === 0) return "0";
  return unit === "share" ? `${Number((100 * value).toPrecision(2))} %` :
    shown(value, unit).replace(".0 ", " ");
}

/** A slider with its label and its value. */
class Slider {
  /**
   * @param {Handle} handle
   * @param {string} id
   * @param {(end: boolean) => void} moved the slider; `end` when it is let go
   */
  constructor(handle, id, moved) {
    this.handle = handle;
    this.output = element("output", {for: id, class: "handles-value"});
    this.input = element("input", {
      type: "range", id, min: "0", max: String(handle.values.length - 1), step: "1"});
    this.element = element("div", {class: "handles-slider"},
      element("label", {for: id}, element("b", {}, handle.symbol), ` ${handle.says}`),
      this.input, this.output);
    this.input.addEventListener("input", () => {
      this.say();
      moved(false);
    });
    this.input.addEventListener("change", () => moved(true));
    this.reset();
  }

  get value() {
    return this.handle.values[Number(this.input.value)];
  }

  say() {
    const text = amount(this.value, this.handle.unit);
    this.output.textContent = text;
    this.input.setAttribute("aria-valuetext", `${this.handle.symbol} = ${text}`);
  }

  reset() {
    this.input.value = String(this.handle.values.indexOf(this.handle.start));
    this.say();
  }
}

/** @type {import("../widgets.js").Widget} */
export function handles(root, text) {
  /** @type {Chart} */
  const chart = JSON.parse(text);
  const {along, curves, unit} = chart;
  const functions = curves.map(curve => functionOf(curve, chart));
  const id = `handles-${document.querySelectorAll(".handles-chart").length + 1}`;
  const sliders = chart.handles.map(
    (handle, k) => new Slider(handle, `${id}-${k + 1}`, update));
  const axis = /** @type {Handle} */ (
    chart.handles.find(handle => handle.symbol === along));
  const xs = samples(axis);

  const picture = element("div", {class: "handles-chart", role: "img", id});
  const legend = curves.map((curve, k) => {
    const value = element("b", {});
    const row = element("li", {},
      element("span", {class: `handles-line handles-line-${k + 1}`}),
      element("span", {}, `${curve.says}: `,
        element("span", {class: "handles-formula"}, curve.formula), " = ", value,
        element("span", {class: "handles-note"}, fixed(curve, chart))));
    return {row, value};
  });
  const status = element("p", {role: "status", class: "handles-status"});
  const reset = element("button", {type: "button"}, "As in the run");
  const rows = curves.map(curve => curve.points.map(point => {
    const formula = element("td");
    const meets = element("td");
    const row = element("tr", {}, element("th", {scope: "row"}, curve.says),
      ...chart.handles.map(handle => element(
        "td", {}, amount(point.at[handle.symbol], handle.unit))),
      element("td", {}, shown(point.measured, unit)), formula, meets);
    return {row, formula, meets};
  }));
  const heads = ["what", ...chart.handles.map(handle => handle.symbol), "measured",
                 "formula", "meets"];
  const table = element("details", {class: "handles-table"},
    element("summary", {}, "The figures as a table"),
    element("div", {class: "handles-scroll", tabindex: "0", role: "region",
                    "aria-label": "The figures as a table"},
      element("table", {}, element("thead", {}, element("tr", {}, ...heads.map(
        head => element("th", {scope: "col"}, head)))),
      element("tbody", {}, ...rows.flat().map(({row}) => row)))));
  root.append(
    element("p", {class: "handles-title"}, chart.title), picture,
    element("ul", {class: "handles-legend"}, ...legend.map(({row}) => row)),
    element("div", {class: "handles-sliders"}, ...sliders.map(each => each.element)),
    reset, status, table);

  const start = values();
  const highest = curves.map((curve, k) => Math.max(
    ...curve.points.map(point => point.measured),
    ...xs.map(x => functions[k]({...start, [along]: x}))));
  const plot = new Plot(picture, axis, xs, Math.max(...highest),
    value => short(value, axis.unit), value => short(value, unit));

  /** @returns {Record<string, number>} */
  function values() {
    return Object.fromEntries(
      sliders.map(slider => [slider.handle.symbol, slider.value]));
  }

  /** @param {boolean} end whether to say it, too */
  function update(end) {
    const now = values();
    let met = 0, here = 0;  // of the points that were measured with these values
    const drawn = curves.map((curve, k) => {
      const value = functions[k](now);
      legend[k].value.textContent = shown(value, unit);
      return {value, line: xs.map(x => functions[k]({...now, [along]: x})),
        points: curve.points.map((point, i) => {
          const x = point.at[along];
          const says = functions[k]({...point.constants, ...now, [along]: x});
          const meets = Math.abs(says - point.measured) <= point.slack;
          rows[k][i].formula.textContent = shown(says, unit);
          rows[k][i].meets.textContent = meets ? "yes" : "no";
          const faint = sliders.some(({handle: {symbol}}) =>
            symbol !== along && point.at[symbol] !== now[symbol]);
          here += Number(!faint);
          met += Number(!faint && meets);
          return {x, y: point.measured, met: meets, faint};
        })};
    });
    plot.show(now[along], drawn);
    const all = rows.flat().length;
    picture.setAttribute("aria-label", `${chart.title}. Lines: the formulas. Points: ` +
      `measured. ${curves.map((curve, k) => `${curve.says}: ` +
        `${shown(drawn[k].value, unit)}`).join(". ")}. The table below has all figures.`);
    if (end) {
      status.textContent = (here === 0 ? "No run was measured with these values." :
        `${met} of ${here} points that were measured with these values lie on ` +
        "their line.") + (here < all ? " The faint points have other values." : "");
    }
  }

  reset.addEventListener("click", () => {
    for (const slider of sliders) slider.reset();
    update(true);
  });
  update(true);
}

/**
 * What no handle moves in a formula: "with b_pss = 328 KiB".
 * @param {import("./formula.js").Curve} curve
 * @param {Chart} chart
 */
function fixed(curve, chart) {
  const found = fixedIn(curve, chart).map(name => `${name} = ${
    shown(curve.symbols[name], /b_|^P$/.test(name) ? "bytes" : "number")}`);
  return found.length === 0 ? "" : ` with ${found.join(", ")}`;
}
