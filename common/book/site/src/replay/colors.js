// The colours of the states of a page, as the style sheet gives them: the
// variables --page-absent and so on, for light, dark and forced colours.
import {packed} from "./page_map.js";

const kVariables = ["--page-absent", "--page-shared", "--page-exclusive",
                    "--page-swap"];

/** By state, as ImageData has colours. @param {Element} element */
export function stateColors(element) {
  const style = getComputedStyle(element);
  const probe = document.createElement("canvas").getContext("2d");
  return Uint32Array.from(kVariables, (name) => {
    if (!probe) return 0;
    probe.fillStyle = "#808080";
    probe.fillStyle = style.getPropertyValue(name).trim();
    return packed(String(probe.fillStyle));
  });
}
