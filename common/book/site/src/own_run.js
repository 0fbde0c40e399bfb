// @ts-check
// "Your own run": opens a recording of the reader's. Nothing leaves the page.
import {complaint, element} from "./dom.js";
import {playIn} from "./replay/player.js";
import {BadRecording, checkSize} from "./replay/recording.js";

/** @type {import("./widgets.js").Widget} */
export function ownRun(root) {
  const input = element("input", {type: "file", accept: ".json,application/json",
                                  id: "own-run-file"});
  const name = element("p", {class: "own-run-name"});
  const stage = element("div");
  const box = element("div", {class: "own-run"},
    element("label", {for: "own-run-file"}, "Open a recording: "), input,
    element("p", {}, "Or drop the file here. It stays on your machine."), name);
  root.append(box, stage);

  /** @param {File | undefined | null} file */
  async function open(file) {
    if (!file) return;
    name.textContent = file.name;
    stage.replaceChildren();
    try {
      checkSize(file.size);
      playIn(stage, await file.text());
    } catch (error) {
      stage.replaceChildren(complaint(error instanceof BadRecording ?
        error.message : "This file could not be read."));
    }
  }
  input.addEventListener("change", () => open(input.files?.[0]));
  box.addEventListener("dragover", (event) => {
    event.preventDefault();
    box.classList.add("is-over");
  });
  box.addEventListener("dragleave", () => box.classList.remove("is-over"));
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    box.classList.remove("is-over");
    open(event.dataTransfer?.files[0]);
  });
}
