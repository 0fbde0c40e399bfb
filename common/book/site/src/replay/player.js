// Plays a recorded run: parent and workers side by side, what each of them has
// in memory, page by page, and what went between them.
import {complaint, element, onColors, still, svg} from "../dom.js";
import {inBytes, inDigits, inSeconds} from "../units.js";
import {stateColors} from "./colors.js";
import {Fold} from "./fold.js";
import {gridsOf, PageMapCanvas} from "./page_map.js";
import {BadRecording, kStates, read} from "./recording.js";
import {scales, totalPss} from "./totals.js";

/** @typedef {import("./recording.js").Recording} Recording */
/** @typedef {import("./recording.js").Message} Message */

// How long an event is seen at speed 1: one that tells something, and all others
// together, in milliseconds.
const kTelling = 1400;
const kOthers = 15000;
const kFigures = /** @type {const} */ (["rss", "pss", "uss"]);
const kWords = ["not in memory", "shared", "exclusive", "in swap"];
const kMeaning = [
  "not in the memory of this process",
  "shared: another process has this page, too",
  "exclusive: this process alone has it",
  "in swap",
];
const kIcons = {
  first: "M2 2h2v12H2zM14 2v12L5 8z",
  back: "M12 2v12L3 8z",
  play: "M4 2l10 6-10 6z",
  pause: "M3 2h4v12H3zM9 2h4v12H9z",
  next: "M4 2l9 6-9 6z",
  last: "M12 2h2v12h-2zM2 2l9 6-9 6z",
};

/** @param {keyof typeof kIcons} icon */
const drawn = (icon) =>
  svg("svg", {viewBox: "0 0 16 16", width: "16", height: "16",
              "aria-hidden": "true"}, svg("path", {d: kIcons[icon]}));

/** @param {keyof typeof kIcons} icon @param {string} label */
const button = (icon, label) =>
  element("button", {type: "button", "aria-label": label, title: label},
          drawn(icon));

/** The messages of an event in words: the same ones from one process to several,
 * or from several to one, as one.
 * @param {Recording} recording @param {Message[]} messages */
export function inWords(recording, messages) {
  const role = (/** @type {number} */ process) =>
    recording.processes[process].role;
  const alike = (/** @type {Message} */ one, /** @type {"from" | "to"} */ end) =>
    new Set(messages.filter((other) => other[end] === one[end] &&
        other.bytes === one.bytes && other.count === one.count)
      .map((other) => other[end === "from" ? "to" : "from"])).size;
  return [...new Set(messages.map((message) => {
    const {from, to, bytes, count} = message;
    const receivers = alike(message, "from");
    const senders = receivers > 1 ? 1 : alike(message, "to");
    const ends = `${senders > 1 ? `${senders} workers` : role(from)} → ` +
      `${receivers > 1 ? `${receivers} workers` : role(to)}`;
    const in_ = count > 1 ? ` in ${inDigits(count)} messages` :
      count === 1 ? "" : ", a part of a message";
    const each = receivers + senders > 2 ? " each" : "";
    return `${ends}: ${inBytes(bytes)}${each}${in_}`;
  }))];
}

/** A bar with a number before it. */
class Meter {
  /** @param {string} name @param {string} title */
  constructor(name, title) {
    this.number = element("span", {class: "replay-number"});
    this.bar = element("i");
    this.row = element("div", {class: `replay-meter is-${name.toLowerCase()}`},
      element("abbr", {title}, name), this.number,
      element("span", {class: "replay-bar", "aria-hidden": "true"}, this.bar));
  }

  /** @param {number | null | undefined} bytes @param {number} most */
  show(bytes, most) {
    this.number.textContent =
      bytes === undefined || bytes === null ? "–" : inBytes(bytes);
    this.bar.style.width = `${100 * (bytes ?? 0) / most}%`;
  }
}

const kTitles = {
  rss: "resident: all that it has in memory",
  pss: "proportional: what it shares is divided by those who share it",
  uss: "unique: what it alone has",
};

/** One process: its figures and its maps. */
class Card {
  /** @param {Recording} recording @param {number} process */
  constructor(recording, process) {
    const {role, pid} = recording.processes[process];
    this.meters = kFigures.map(
      (name) => new Meter(name.toUpperCase(), kTitles[name]));
    this.traffic = element("b");
    this.maps = recording.maps.map((map, index) => ({map, index}))
      .filter(({map}) => map.process === process)
      .sort((a, b) => a.map.region - b.map.region).map(({map, index}) => {
      const canvas = new PageMapCanvas();
      canvas.canvas.setAttribute("role", "img");
      const each = element("span", {class: "replay-each"});
      const counts = element("p", {class: "replay-counts"});
      const {name: region, every} = recording.regions[map.region];
      const name = every === 1 ? region :
        `${region} (one page in ${inDigits(every)})`;
      const figure = element("figure", {},
        element("figcaption", {}, name, each), canvas.canvas, counts);
      return {index, canvas, counts, figure, each, name: `${role}, ${name}`};
    });
    this.box = element("article",
      {class: "replay-process", "data-process": String(process)},
      element("h3", {}, role),
      element("p", {class: "replay-traffic"},
        element("small", {}, `PID ${pid} `), this.traffic),
      ...this.meters.map((meter) => meter.row),
      ...this.maps.map((map) => map.figure));
  }
}

export class Player {
  /** @param {HTMLElement} root @param {Recording} recording */
  constructor(root, recording) {
    this.recording = recording;
    this.fold = new Fold(recording);
    this.scale = scales(recording);
    this.last = recording.events.length - 1;
    this.at = 0;
    this.timer = 0;
    this.frame = 0;
    this.sentSoFar = recording.events.reduce((sums, event) => {
      sums.push((sums[sums.length - 1] ?? 0) +
        event.messages.reduce((sum, message) => sum + message.bytes, 0));
      return sums;
    }, /** @type {number[]} */ ([]));
    this.cards = recording.processes.map((_, i) => new Card(recording, i));

    this.root = element("section", {class: "replay", role: "group",
      "aria-label": `Replay of ${recording.program}`});
    this.what = element("p", {class: "replay-what"});
    this.when = element("p", {class: "replay-when"});
    this.messages = element("ul", {class: "replay-messages"});
    this.total = new Meter("ΣPSS", "what the machine spends on all of them");
    this.sent = element("span", {class: "replay-sent"});
    this.live = element("p", {class: "sr-only", "aria-live": "polite"});
    this.grid = element("div", {class: "replay-processes"},
      ...this.cards.map((card) => card.box));
    this.#build();
    this.heights = new Map([this.head, this.messages, this.grid].map(
      (part) => [/** @type {HTMLElement} */ (part), 0]));
    root.append(this.root);

    this.colors = stateColors(this.root);
    this.forgetColors = onColors(() => {
      this.colors = stateColors(this.root);
      this.paint();
    });
    this.sizes = new ResizeObserver(() => this.#fit());
    this.sizes.observe(this.grid);
    this.moments = recording.events.flatMap(({moment}, i) => moment ? [i] : []);
    this.show(this.moments[0] ?? 0);
    this.untouched = true;
    this.#fit();
  }

  /** Before its place is taken by another: stops, and holds on to nothing. */
  close() {
    this.pause();
    this.forgetColors();
    this.sizes.disconnect();
  }

  #build() {
    this.slider = element("input", {type: "range", min: "0",
      max: String(this.last), step: "1", value: "0", "aria-label": "event"});
    this.slider.addEventListener("input", () => {
      this.pause();
      this.show(Number(this.slider?.value));
    });
    const act = (/** @type {HTMLButtonElement} */ each,
                 /** @type {() => number} */ where) => {
      each.addEventListener("click", () => {
        this.pause();
        this.show(where());
      });
      return each;
    };
    this.playing = button("play", "play");
    this.playing.addEventListener("click", () => this.toggle());
    this.playing.classList.add("replay-play");
    this.speed = element("select", {"aria-label": "speed"},
      ...["0.5", "1", "2", "4"].map((value) =>
        element("option", {value}, `${value}×`)));
    this.speed.value = "1";
    const controls = element("div", {class: "replay-controls"},
      act(button("first", "to the beginning"), () => 0),
      act(button("back", "one event back"), () => this.at - 1), this.playing,
      act(button("next", "one event on"), () => this.at + 1),
      act(button("last", "to the end"), () => this.last),
      element("label", {class: "replay-speed"}, this.speed));
    this.cursor = svg("line", {y1: "0", y2: "100"});
    this.dots = element("div", {class: "replay-dots", "aria-hidden": "true"});
    const used = new Set(this.recording.events.flatMap((event) =>
      event.changes.flatMap(({runs}) => runs.map((run) => run[2]))));
    used.add(0).add(1).add(2);
    const legend = element("ul", {class: "replay-legend"},
      ...[...used].sort().map((state) => element("li", {},
        element("i", {class: `is-state-${state}`}), kMeaning[state])));
    this.head = element("div", {class: "replay-head"}, this.what, this.when);
    this.root.append(this.head,
      controls,
      element("div", {class: "replay-time"}, this.#curve(), this.slider),
      element("div", {class: "replay-total"}, this.total.row, this.sent),
      this.messages,
      element("div", {class: "replay-stage"}, this.grid, this.dots),
      legend, this.live);
    this.root.addEventListener("keydown", (event) => this.#key(event));
  }

  /** ΣPSS over the events, above the slider. */
  #curve() {
    const {events} = this.recording;
    let path = "", height = 100;
    events.forEach((event, i) => {
      const total = totalPss(event);
      if (total !== null) height = 100 - 96 * total / this.scale.total;
      path += `${path ? "H" + i + "V" : "M0 "}${height.toFixed(2)}`;
    });
    path += `H${Math.max(this.last, 1)}`;
    const draw = svg("svg", {class: "replay-curve",
      viewBox: `0 0 ${Math.max(this.last, 1)} 100`,
      preserveAspectRatio: "none", "aria-hidden": "true"},
      svg("path", {class: "is-area", d: `${path}V100H0Z`}),
      svg("path", {class: "is-line", d: path}),
      ...events.flatMap(({moment}, i) => moment ? [svg("line", {
        class: "is-moment", x1: String(i), x2: String(i), y1: "0", y2: "100"})] :
        []));
    draw.append(/** @type {Node} */ (this.cursor));
    return draw;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target;
    if (target === this.speed) return;
    /** @type {Record<string, number>} */
    const to = {ArrowLeft: this.at - 1, ArrowDown: this.at - 1,
                ArrowRight: this.at + 1, ArrowUp: this.at + 1,
                Home: 0, End: this.last,
                PageUp: this.moments.filter((each) => each < this.at).pop() ?? 0,
                PageDown: this.moments.find((each) => each > this.at) ??
                  this.last};
    if (event.key in to) {
      this.pause();
      this.show(to[event.key]);
    } else if (event.key === " " && !(target instanceof HTMLButtonElement)) {
      this.toggle();
    } else {
      return;
    }
    event.preventDefault();
  }

  #fit() {
    const box = this.cards.map((card) => card.box)
      .find((each) => each.clientWidth > 0);
    if (!box) return;
    for (const part of this.heights.keys()) this.heights.set(part, 0);
    const style = getComputedStyle(box);
    const width = box.clientWidth - parseFloat(style.paddingLeft) -
      parseFloat(style.paddingRight);
    const ratio = window.devicePixelRatio || 1;
    const maps = this.cards.flatMap((card) => card.maps);
    const grids = gridsOf(
      maps.map(({index}) => this.recording.maps[index].pages), width, ratio);
    maps.forEach(({canvas, each}, i) => {
      canvas.resize(grids[i], ratio);
      each.textContent = grids[i].each === 1 ? "" :
        ` (a square is ${inDigits(grids[i].each)} pages)`;
    });
    this.#keepHeights();
    this.paint();
  }

  /** Draws all pages that are seen; while a step is played, those behind `part`
   * of each map as they were before. @param {Uint8Array[]=} before */
  paint(before, part = 1) {
    if (!this.colors) return;
    for (const {maps, box} of this.cards) {
      if (box.classList.contains("is-gone")) continue;
      for (const {index, canvas, figure} of maps) {
        if (figure.hidden) continue;
        const pages = this.fold.state.pages[index];
        canvas.draw(pages, this.colors, before?.[index],
                    Math.floor(part * pages.length));
      }
    }
  }

  /** Shows the state at an event. @param {number} event */
  show(event) {
    this.untouched = false;
    this.at = Math.min(Math.max(event, 0), this.last);
    cancelAnimationFrame(this.frame);
    this.fold.seek(this.at);
    const {time, what, moment, running, figures, messages} =
      this.recording.events[this.at];
    const total = totalPss(this.recording.events[this.at]);
    this.what.textContent = what;
    this.when.textContent = `event ${inDigits(this.at + 1)} of ` +
      `${inDigits(this.last + 1)} · ${inSeconds(time)}` +
      (moment && moment !== what ? ` · moment: ${moment}` : "") +
      (running ? " · pages may have changed while they were read" : "");
    this.total.show(total, this.scale.total);
    // A recording of cowtop says nothing of messages.
    this.sent.textContent = this.sentSoFar[this.last] === 0 ? "" :
      `through pipes so far: ${inBytes(this.sentSoFar[this.at])}`;
    const lines = inWords(this.recording, messages);
    this.messages.replaceChildren(
      ...lines.map((line) => element("li", {}, line)));
    this.#cards(figures, messages);
    this.#keepHeights();
    this.paint();
    if (this.slider) {
      this.slider.value = String(this.at);
      this.slider.setAttribute("aria-valuetext",
        `event ${this.at + 1} of ${this.last + 1}: ${what}`);
    }
    this.cursor?.setAttribute("x1", String(this.at));
    this.cursor?.setAttribute("x2", String(this.at));
    this.live.textContent = [`Event ${this.at + 1} of ${this.last + 1}: ${what}`,
      total === null ? "" : `ΣPSS ${inBytes(total)}`, ...lines]
      .filter(Boolean).join(". ");
  }

  /** What needs less height than before keeps it, so that nothing moves. */
  #keepHeights() {
    for (const [part, height] of this.heights) {
      part.style.minHeight = "";
      this.heights.set(part, Math.max(height, part.offsetHeight));
      part.style.minHeight = `${this.heights.get(part)}px`;
    }
  }

  /** @param {import("./recording.js").Figures[]} figures
   *  @param {Message[]} messages */
  #cards(figures, messages) {
    const alive = new Map(figures.map((each) => [each.process, each]));
    this.cards.forEach((card, process) => {
      const here = alive.get(process);
      card.box.classList.toggle("is-gone", !here);
      kFigures.forEach((name, i) =>
        card.meters[i].show(here?.[name], this.scale.process));
      const into = messages.filter(({to}) => to === process);
      const bytes = into.reduce((sum, message) => sum + message.bytes, 0);
      card.traffic.textContent = into.length ? `↓ ${inBytes(bytes)}` : "";
      for (const {index, counts, canvas, name, figure} of card.maps) {
        const {pages} = this.recording.maps[index];
        figure.hidden = this.fold.state.counts[index][0] === pages;
        const parts = Array.from(this.fold.state.counts[index],
          (count, state) => ({count, state})).filter(({count}) => count > 0);
        counts.replaceChildren(...parts.map(({count, state}) =>
          element("span", {"data-state": kStates[state]},
            element("i", {class: `is-state-${state}`}), inDigits(count))));
        canvas.canvas.setAttribute("aria-label", `${name}: ` + parts.map(
          ({count, state}) => `${inDigits(count)} pages ${kWords[state]}`)
          .join(", "));
      }
    });
  }

  toggle() {
    if (this.timer) this.pause();
    else if (!still()) this.play();
  }

  play() {
    if (this.at === this.last || this.untouched) this.show(0);
    this.#set("pause");
    this.root.classList.add("is-playing");
    const next = () => {
      if (this.at === this.last) {
        this.pause();
        return;
      }
      const {moment, messages} = this.recording.events[this.at + 1];
      const pause = (moment || messages.length ? kTelling :
        Math.min(kTelling, kOthers / this.last)) / Number(this.speed?.value ?? 1);
      this.#playStep(pause);
      this.timer = window.setTimeout(next, pause);
    };
    this.timer = window.setTimeout(next, 200);
  }

  /** One event on: messages fly, then pages change. @param {number} pause */
  #playStep(pause) {
    const before = this.fold.state.pages.map((map) => map.slice());
    this.show(this.at + 1);
    if (still()) return;
    this.paint(before, 0);
    const fly = this.recording.events[this.at].messages.length ? 0.4 * pause : 0;
    this.#send(fly);
    const start = performance.now() + fly;
    const draw = (/** @type {number} */ now) => {
      const part = Math.min(1, Math.max(0, (now - start) / (0.4 * pause)));
      this.paint(before, part);
      if (part < 1) this.frame = requestAnimationFrame(draw);
    };
    this.frame = requestAnimationFrame(draw);
  }

  /** A dot for each message, from its sender to its receiver.
   * @param {number} duration */
  #send(duration) {
    this.dots?.replaceChildren();
    const stage = this.dots?.getBoundingClientRect();
    if (!stage) return;
    for (const {from, to, bytes} of
         this.recording.events[this.at].messages.slice(0, 64)) {
      const ends = [from, to].map(
        (process) => this.cards[process].box.getBoundingClientRect());
      if (ends.some(({width}) => width === 0)) continue;  // has ended
      const [start, end] = ends.map((box) => {
        return `translate(${box.left - stage.left + box.width / 2}px, ` +
          `${box.top - stage.top + 16}px)`;
      });
      const size = 6 + 2 * Math.log2(1 + bytes / 64);
      const dot = element("i", {style: `width:${size}px;height:${size}px;` +
        `margin:${-size / 2}px`});
      this.dots?.append(dot);
      dot.animate([{transform: start}, {transform: end}],
        {duration, easing: "ease-in-out", fill: "forwards"})
        .addEventListener("finish", () => dot.remove());
    }
  }

  pause() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.root.classList.remove("is-playing");
    this.dots?.replaceChildren();
    cancelAnimationFrame(this.frame);
    this.paint();
    this.#set("play");
  }

  /** @param {"play" | "pause"} icon */
  #set(icon) {
    this.playing?.replaceChildren(drawn(icon));
    this.playing?.setAttribute("aria-label", icon);
    this.playing?.setAttribute("title", icon);
  }
}

/** Plays a recording in `root`, or says there why it cannot, and returns null.
 * @param {HTMLElement} root @param {string} source */
export function playIn(root, source) {
  let recording;
  try {
    recording = read(source);
  } catch (error) {
    if (!(error instanceof BadRecording)) throw error;
    root.append(complaint(error.message));
    return null;
  }
  return new Player(root, recording);
}
