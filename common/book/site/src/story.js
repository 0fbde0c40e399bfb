// The first picture: three recorded runs beside each other, again and again.
// Sent: every worker has a copy. Inherited: all share. Written to: copied.
import {element, onColors, still} from "./dom.js";
import {stateColors} from "./replay/colors.js";
import {Fold} from "./replay/fold.js";
import {gridsOf, PageMapCanvas} from "./replay/page_map.js";
import {read} from "./replay/recording.js";
import {scales, totalPss} from "./replay/totals.js";
import {inBytes} from "./units.js";

const kMilliseconds = 400;  // of a step
const kSteps = 20;          // of the story
const kRest = 10;           // steps at its end; the first picture is that of it
const kAlone = 0.15;        // part of the steps before the first worker
const kPanels = [
  {title: "Sent", words: "The data goes through a pipe: each worker builds a copy."},
  {title: "Inherited", words: "Built before the fork: all workers share one original."},
  {title: "Written to", words: "What a worker writes is copied, page by page."},
];

/** One of the three runs. */
class Panel {
  /** @param {import("./replay/recording.js").Recording} recording
   *  @param {number} begin the first event of it that is shown
   *  @param {typeof kPanels[0]} panel @param {number} most */
  constructor(recording, begin, {title, words}, most) {
    this.recording = recording;
    this.begin = begin;
    this.most = most;
    this.fold = new Fold(recording);
    this.number = element("b");
    this.bar = element("i");
    this.what = element("p", {class: "story-what"});
    this.forked = recording.events.findIndex(
      ({figures}, i) => i >= begin && figures.length > 1);
    const last = recording.events[recording.events.length - 1];
    const seen = last.figures.map(({process}) => ({
      process,
      maps: recording.maps.flatMap((map, index) =>
        map.process === process ? [{index, canvas: new PageMapCanvas()}] : []),
    })).filter(({maps}) => maps.length > 0);
    this.boxes = seen.map(({process, maps}) => {
      const box = element("div", {class: "story-process"},
        ...maps.map(({canvas}) => canvas.canvas),
        element("small", {}, recording.processes[process].role));
      return {process, maps, box};
    });
    this.root = element("div", {class: "story-panel"},
      element("p", {class: "story-title"}, title), element("p", {}, words),
      element("div", {class: "story-maps", "aria-hidden": "true"},
        ...this.boxes.map(({box}) => box)),
      this.what,
      element("p", {class: "story-total"}, "the machine spends ", this.number),
      element("span", {class: "replay-bar", "aria-hidden": "true"}, this.bar));
  }

  fit() {
    const ratio = window.devicePixelRatio || 1;
    const maps = this.boxes.flatMap(({maps}) => maps);
    const width = Math.min(...this.boxes.map(({box}) => box.clientWidth));
    const grids = gridsOf(
      maps.map(({index}) => this.recording.maps[index].pages), width, ratio,
      1.3 * width);
    // Whole rows only: a last row of one page would look like a mistake.
    maps.forEach(({index, canvas}, i) => {
      const {columns, each} = grids[i];
      const {pages} = this.recording.maps[index];
      const rows = Math.max(1, Math.floor(pages / each / columns));
      canvas.resize({...grids[i], rows}, ratio);
    });
  }

  /** @param {number} part of the story, from 0 to 1 */
  show(part) {
    const last = this.recording.events.length - 1;
    const event = Math.round(part < kAlone ?
      this.begin + part / kAlone * (this.forked - this.begin) :
      this.forked + (part - kAlone) / (1 - kAlone) * (last - this.forked));
    this.fold.seek(event);
    const {what, figures} = this.recording.events[event];
    const total = totalPss(this.recording.events[event]) ?? 0;
    // Of a run of several parts, what happens begins with the part's name.
    this.what.textContent =
      this.begin === 0 ? what : what.replace(/^[^:]*: /, "");
    this.number.textContent = inBytes(total);
    this.bar.style.width = `${100 * total / this.most}%`;
    const alive = new Set(figures.map(({process}) => process));
    for (const {process, box} of this.boxes) {
      box.classList.toggle("is-gone", !alive.has(process));
    }
    this.paint();
  }

  paint() {
    const colors = stateColors(this.root);
    for (const {maps} of this.boxes) {
      for (const {index, canvas} of maps) {
        canvas.draw(this.fold.state.pages[index], colors);
      }
    }
  }
}

/** @type {import("./widgets.js").Widget} */
export function story(root, data) {
  if (still()) return false;
  /** @type {{setting: string, parts: {recording: unknown, begin: number}[]}} */
  const {setting, parts: all} = JSON.parse(data);
  const recordings = all.map((each) => read(JSON.stringify(each.recording)));
  const most = Math.max(...recordings.map((each) => scales(each).total));
  const panels = recordings.map(
    (each, i) => new Panel(each, all[i].begin, kPanels[i], most));
  const pause = element("button", {type: "button", class: "story-pause"}, "pause");
  const grid = element("div", {class: "story"},
    ...panels.map((panel) => panel.root));
  root.append(grid, element("p", {class: "story-legend"},
    element("span", {}, element("i", {class: "is-state-1"}), "shared pages"),
    element("span", {}, element("i", {class: "is-state-2"}),
            "pages that one process alone has"),
    element("span", {}, element("i", {class: "is-state-0"}), "not in memory"),
    element("span", {}, setting), pause));

  let step = kSteps, running = true, visible = false, timer = 0;
  const show = () => panels.forEach((panel) =>
    panel.show(Math.min(1, step / kSteps)));
  const run = () => {
    clearInterval(timer);
    timer = 0;
    if (!running || !visible) return;
    timer = window.setInterval(() => {
      step = (step + 1) % (kSteps + kRest);
      show();
    }, kMilliseconds);
  };
  pause.addEventListener("click", () => {
    running = !running;
    pause.textContent = running ? "pause" : "go on";
    run();
  });
  new IntersectionObserver((entries) => {
    visible = entries[entries.length - 1].isIntersecting;
    run();
  }).observe(grid);
  new ResizeObserver(() => panels.forEach((panel) => {
    panel.fit();
    panel.paint();
  })).observe(grid);
  onColors(() => panels.forEach((panel) => panel.paint()));
  show();
  return true;
}
