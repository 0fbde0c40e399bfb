// What a page keeps in the reader's browser, and nowhere else. Where the browser
// refuses that, it is kept until the page is left.

/** @type {Map<string, string>} */
const here = new Map();

/** False where the browser keeps nothing. */
export function isKept() {
  try {
    localStorage.setItem("cowpool", "");
    localStorage.removeItem("cowpool");
    return true;
  } catch {
    return false;
  }
}

/**
 * What was kept, or null. Whoever reads it checks its form: another version of
 * the page may have written it.
 * @param {string} key
 * @returns {unknown}
 */
export function recall(key) {
  let text = here.get(key) ?? null;
  try {
    text = localStorage.getItem(`cowpool.${key}`) ?? text;
  } catch {
    // What is here is all.
  }
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

/** @param {string} key @param {unknown} what */
export function keep(key, what) {
  const text = JSON.stringify(what);
  here.set(key, text);
  try {
    localStorage.setItem(`cowpool.${key}`, text);
  } catch {
    // It stays here until the page is left.
  }
}

/** @param {string} key */
export function forget(key) {
  here.delete(key);
  try {
    localStorage.removeItem(`cowpool.${key}`);
  } catch {
    // Nothing was kept.
  }
}
