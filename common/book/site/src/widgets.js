// The modules that main.js can start, by the name in data-widget.
import {choose} from "./choose/widget.js";
import {handles} from "./handles/widget.js";
import {ownRun} from "./own_run.js";
import {predict} from "./predict/widget.js";
import {chapterEnd, progress} from "./progress.js";
import {playIn} from "./replay/player.js";
import {story} from "./story.js";

/**
 * Fills `root`, an empty element in the page. `data` is the text of the place's
 * JSON ("" where there is none), which the module parses itself, so that it can
 * say what is wrong. `place` is the whole place, with the static part. Returns
 * false if the static part is better for this reader.
 * @typedef {(root: HTMLElement, data: string, place: HTMLElement)
 *   => void | boolean | Promise<void | boolean>} Widget
 */

/** @type {Record<string, Widget>} */
export const widgets = {
  replay: (root, data) => playIn(root, data) !== null,
  "own-run": ownRun,
  "chapter-end": chapterEnd,
  choose,
  handles,
  predict,
  progress,
  story,
};
