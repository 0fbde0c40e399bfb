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

  /** @type {import("./replay/player.js").Player | null} */
  let player = null;
  let opened = 0;

  /** @param {File | undefined | null} file */
  async function open(file) {
    if (!file) return;
    const number = ++opened;
    name.textContent = file.name;
    player?.close();
    player = null;
    stage.replaceChildren();
    try {
      checkSize(file.size);
      const text = await file.text();
      if (number !== opened) return;  // another one was opened meanwhile
      player = playIn(stage, text);
      player?.slider?.focus();  // so that keys go through the events
    } catch (error) {
      if (number !== opened) return;
      stage.replaceChildren(complaint(error instanceof BadRecording ?
        error.message : "This file could not be read."));
    }
  }
  // Else to open the same file, recorded again, would be no change.
  input.addEventListener("click", () => { input.value = ""; });
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
