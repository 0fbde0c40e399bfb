// Starts what a page plays with. A page marks each place with
// data-widget="NAME"; common/book/site/widget.py writes such places:
//
//   <div class="widget" data-widget="replay">
//     <script type="application/json">…</script>    the data, if any
//     <div class="widget-static">…</div>             text and pictures
//   </div>
//
// The static part is what a reader without script has. It is hidden once the
// module has started. If the module throws, or returns false, the static part
// stays, and nothing else is seen of it.
import { widgets } from "./widgets.js";

/** @param {HTMLElement} place */
async function start(place) {
  const widget = widgets[place.dataset.widget ?? ""];
  if (!widget) return;
  const root = document.createElement("div");
  root.className = "widget-live";
  place.append(root);
  try {
    const data = place.querySelector(
      ":scope > script[type='application/json']",
    );
    const started = await widget(root, data?.textContent ?? "", place);
    if (started === false) root.remove();
    else place.classList.add("is-live");
  } catch (error) {
    root.remove();
    console.warn(`${place.dataset.widget} did not start:`, error);
  }
}

for (const place of document.querySelectorAll("[data-widget]")) {
  if (place instanceof HTMLElement) start(place);
}
