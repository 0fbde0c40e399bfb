// The picture of a chart with handles, drawn by uPlot. Its axes stay as they are,
// so that a curve moves and the points do not; only where a curve would leave it,
// the picture gets higher.
import uPlot from "uplot";

import {onColors} from "../dom.js";

/**
 * @typedef {import("./formula.js").Chart} Chart
 * @typedef {object} Drawn what is drawn of a curve
 * @property {number[]} line its value at each sample of the x axis
 * @property {{x: number, y: number, met: boolean, faint: boolean}[]} points
 *   `faint`: measured with other values of the handles
 * @property {number} value where the handle of the x axis stands
 */

const DASHES = [[], [9, 5], [2, 4], [12, 4, 3, 4]];
const HEIGHT = 320;
const RADIUS = 4.5;

export class Plot {
  /**
   * @param {HTMLElement} place
   * @param {import("./formula.js").Handle} axis the handle along which it is drawn
   * @param {number[]} xs its samples
   * @param {number} most that is on the y axis at least
   * @param {(value: number) => string} showX
   * @param {(value: number) => string} showY
   */
  constructor(place, axis, xs, most, showX, showY) {
    this.place = place;
    this.axis = axis;
    this.xs = xs;
    this.most = most;
    this.showX = showX;
    this.showY = showY;
    /** @type {Drawn[]} */
    this.drawn = [];
    this.here = axis.start;
    /** @type {uPlot | null} */
    this.plot = null;
    new ResizeObserver(() => this.plot?.setSize(this.size())).observe(place);
    onColors(() => this.build());
  }

  size() {
    return {width: this.place.clientWidth, height: HEIGHT};
  }

  /** @param {number} value */
  at(value) {
    return this.axis.log ? Math.log2(value) : value;
  }

  /** @param {number} here @param {Drawn[]} drawn */
  show(here, drawn) {
    this.here = here;
    this.drawn = drawn;
    if (!this.plot) this.build();
    this.plot?.batch(() => {
      this.plot?.setData(this.data(), false);
      this.plot?.setScale("y", {min: 0, max: this.top()});
      this.plot?.redraw(false);
    });
  }

  top() {
    return 1.1 * Math.max(this.most, ...this.drawn.flatMap(({line}) => line));
  }

  /** @returns {uPlot.AlignedData} */
  data() {
    return [this.xs.map(x => this.at(x)), ...this.drawn.map(each => each.line)];
  }

  /** Anew, with the colours of the page as it is now. */
  build() {
    this.plot?.destroy();
    const style = getComputedStyle(this.place);
    const color = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
    const ink = color("--color-foreground-secondary");
    const ticks = this.ticks();
    /** @type {uPlot.Axis} */
    const axis = {stroke: ink, font: `13px ${style.fontFamily}`,
                  grid: {stroke: color("--handles-grid"), width: 1},
                  ticks: {show: false}};
    const low = this.at(this.xs[0]);
    const high = this.at(this.xs[this.xs.length - 1]);
    const margin = (high - low) / 40;
    this.plot = new uPlot({
      ...this.size(),
      padding: [12, 30, 0, 0],
      legend: {show: false},
      cursor: {show: false},
      scales: {x: {time: false, range: [low - margin, high + margin]},
               y: {range: () => [0, this.top()]}},
      axes: [{...axis, size: 32, label: `${this.axis.symbol}, ${this.axis.says}`,
              labelSize: 20, labelFont: axis.font, splits: () => ticks.map(x => this.at(x)),
              values: () => ticks.map(this.showX)},
             {...axis, size: 84, space: 45,
              incrs: Array.from({length: 40}, (_, k) => 2 ** k),
              values: (_, splits) => splits.map(this.showY)}],
      series: [{}, ...this.drawn.map((_, k) => ({
        stroke: color(`--curve-${k + 1}`), width: 2, dash: DASHES[k],
        points: {show: false}}))],
      hooks: {draw: [plot => this.draw(plot, color)]},
    }, this.data(), this.place);
  }

  /** As many values of the axis as fit. */
  ticks() {
    const {values} = this.axis;
    const fit = Math.max(2, Math.floor((this.place.clientWidth - 84) / 75));
    const steps = values.length - 1;
    let every = Math.ceil(steps / (fit - 1));
    while (steps % every !== 0) every++;  // so that the last one has its value
    return values.filter((_, k) => k % every === 0);
  }

  /**
   * The handle of the x axis, and the measured points: filled where the formula
   * meets them, faint where other handles had other values.
   * @param {uPlot} plot
   * @param {(name: string) => string} color
   */
  draw(plot, color) {
    const context = plot.ctx;
    const {left, top, width, height} = plot.bbox;
    const scale = devicePixelRatio;
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    context.setLineDash([]);
    context.lineWidth = 1.5 * scale;
    const x = plot.valToPos(this.at(this.here), "x", true);
    context.strokeStyle = color("--color-foreground-muted");
    context.beginPath();
    context.moveTo(x, top);
    context.lineTo(x, top + height);
    context.stroke();
    this.drawn.forEach(({points}, k) => {
      context.strokeStyle = color(`--curve-${k + 1}`);
      for (const point of points) {
        context.globalAlpha = point.faint ? 0.3 : 1;
        context.fillStyle = point.met ? context.strokeStyle :
          color("--color-background-primary");
        context.beginPath();
        context.arc(plot.valToPos(this.at(point.x), "x", true),
                    plot.valToPos(point.y, "y", true), RADIUS * scale, 0, 7);
        context.fill();
        context.stroke();
      }
    });
    context.restore();
  }
}
