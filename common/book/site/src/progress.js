// Which chapters the reader has read: kept in the browser, and nowhere else.
import {element} from "./dom.js";
import {keep, recall} from "./store.js";

const kKey = "read";

/** @returns {Set<string>} */
function readChapters() {
  const list = recall(kKey);
  return new Set(Array.isArray(list) ? list.map(String) : []);
}

/** Ticks the links to chapters that were read. @param {Set<string>} chapters */
function tick(chapters) {
  const here =
    document.querySelector("[data-chapter]")?.getAttribute("data-chapter");
  for (const link of document.querySelectorAll(".sidebar-tree a[href]")) {
    const name = /([^/]+)\.html(#|$)/.exec(link.getAttribute("href") ?? "")?.[1];
    const read = chapters.has(
      link.classList.contains("current") ? here ?? "" : name ?? "");
    link.classList.toggle("is-read", read);
    if (read) link.setAttribute("title", "read");
    else link.removeAttribute("title");
  }
}

tick(readChapters());

/** At the end of a chapter: a button that says that it is read.
 * @type {import("./widgets.js").Widget} */
export function chapterEnd(root, _, place) {
  const chapter = place.dataset.chapter ?? "";
  const button = element("button", {type: "button", class: "chapter-read"});
  root.append(button);

  /** @param {boolean} read */
  function set(read) {
    const chapters = readChapters();
    if (read) chapters.add(chapter);
    else chapters.delete(chapter);
    keep(kKey, [...chapters].sort());
    tick(chapters);
    show(read);
  }
  /** @param {boolean} read */
  function show(read) {
    button.textContent = read ? "✓ read (undo)" : "mark as read";
    button.setAttribute("aria-pressed", String(read));
  }
  show(readChapters().has(chapter));
  button.addEventListener("click", () => {
    set(button.getAttribute("aria-pressed") !== "true");
  });
}

/** On the first page: how far the reader is.
 * @type {import("./widgets.js").Widget} */
export function progress(root) {
  const chapters = readChapters();
  const cards = [...document.querySelectorAll(".course [data-chapter]")];
  let left = 0, read = 0;
  for (const card of cards) {
    const done = chapters.has(card.getAttribute("data-chapter") ?? "");
    card.classList.toggle("is-read", done);
    const minutes =
      parseInt(card.querySelector(".course-minutes")?.textContent ?? "0");
    if (done) ++read;
    else left += minutes;
  }
  const bar = element("progress",
    {max: String(cards.length), value: String(read), id: "course-progress"});
  const label = element("label", {for: "course-progress"},
    `${read} of ${cards.length} read, ${Math.floor(left / 60)} h ` +
    `${String(left % 60).padStart(2, "0")} min left`);
  const forget = element("button", {type: "button"}, "forget what I have read");
  forget.addEventListener("click", () => {
    keep(kKey, []);
    tick(new Set());
    root.replaceChildren();
    progress(root, "", root);
  });
  root.append(label, bar);
  if (read) root.append(forget);
}
