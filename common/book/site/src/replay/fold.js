// The state of all pages at an event of a recording: the changes up to it,
// folded. Some states are kept, so that any event is near one of them.
import {kStates} from "./recording.js";

/** @typedef {import("./recording.js").Recording} Recording */

// Bytes that the kept states may take together.
const kKept = 64e6;
// Bytes that the two arrays of a map take besides its pages.
const kObjects = 400;

/**
 * The pages of each map, and how many there are of each state.
 * @typedef {{pages: Uint8Array[], counts: Uint32Array[]}} State
 */

/** @param {State} state @returns {State} */
const copy = (state) => ({
  pages: state.pages.map((map) => map.slice()),
  counts: state.counts.map((count) => count.slice()),
});

export class Fold {
  /** @param {Recording} recording */
  constructor(recording) {
    this.recording = recording;
    /** The event whose state it is. */
    this.at = 0;
    /** @type {State} */
    this.state = {
      pages: recording.maps.map((map) => new Uint8Array(map.pages)),
      counts: recording.maps.map((map) => {
        const counts = new Uint32Array(kStates.length);
        counts[0] = map.pages;
        return counts;
      }),
    };
    const bytes = recording.maps.reduce(
      (sum, map) => sum + map.pages + kObjects, 1);
    const events = recording.events.length;
    this.every = Math.max(8, Math.ceil(events * bytes / kKept));
    /** @type {State[]} */
    this.kept = [];
    for (let event = 0; event < events; ++event) {
      this.#apply(event);
      if (event % this.every === 0) this.kept.push(copy(this.state));
    }
    this.at = events - 1;
    this.seek(0);
  }

  /** Makes `state` that of event number `event`. @param {number} event */
  seek(event) {
    const near = Math.floor(event / this.every);
    if (event < this.at || near * this.every > this.at) {
      const kept = this.kept[near];
      kept.pages.forEach((map, i) => this.state.pages[i].set(map));
      kept.counts.forEach((map, i) => this.state.counts[i].set(map));
      this.at = near * this.every;
    }
    while (this.at < event) this.#apply(++this.at);
  }

  /** @param {number} event */
  #apply(event) {
    for (const {map, runs} of this.recording.events[event].changes) {
      const pages = this.state.pages[map];
      const counts = this.state.counts[map];
      for (const [first, count, state] of runs) {
        for (let page = first; page < first + count; ++page) {
          --counts[pages[page]];
        }
        counts[state] += count;
        pages.fill(state, first, first + count);
      }
    }
  }
}
