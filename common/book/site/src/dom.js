// Makes elements. Text goes in as text only, never as markup.

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const result = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    result.setAttribute(name, value);
  }
  result.append(...children);
  return result;
}

/**
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {Node[]} children
 */
export function svg(tag, attributes = {}, ...children) {
  const result = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) {
    result.setAttribute(name, value);
  }
  result.append(...children);
  return result;
}

/** A sentence for the reader about what cannot be shown.
 * @param {string} sentence */
export const complaint = (sentence) =>
  element("p", {class: "widget-complaint", role: "alert"}, sentence);

/** Whether the reader wants no motion. */
export const still = () =>
  window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Calls back when the colours of the page may have changed, until the function
 * that it returns is called.
 * @param {() => void} changed */
export function onColors(changed) {
  const theme = new MutationObserver(changed);
  theme.observe(document.body,
    {attributes: true, attributeFilter: ["data-theme"]});
  const queries = ["(prefers-color-scheme: dark)", "(forced-colors: active)"]
    .map((query) => window.matchMedia(query));
  for (const query of queries) query.addEventListener("change", changed);
  return () => {
    theme.disconnect();
    for (const query of queries) query.removeEventListener("change", changed);
  };
}
