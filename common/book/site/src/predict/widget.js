// "Predict first" as a form: a field at each item of the chapter's numbered list.
// Only when there is something in each of them, "Compare" puts the measured run
// beside it. What was compared can be saved as the file of `make predict`.
import {shown} from "../amount.js";
import {element} from "../dom.js";
import {forget, isKept, keep, recall} from "../store.js";
import {judge, parse, Unreadable} from "./grammar.js";

/**
 * @typedef {import("./grammar.js").Question & {measured: number}} Measured
 * @typedef {{lesson: string, names: Record<string, number>, said: string[],
 *            questions: Measured[]}} Data `said`: those of the names that the
 *   chapter has named
 * @typedef {{typed: string[], compared: boolean, lines: object[]}} State
 *   what stands in the fields, whether it was compared, and each comparison as
 *   the line that `make predict` writes
 */

const WORDS = {right: "right", close: "close", wrong: "wrong", other: "wrong",
               none: "no idea"};
const EMPTY = "Write a figure here, or ? if you have no idea.";

/**
 * @param {string} lesson
 * @param {number} count of its questions
 * @returns {State}
 */
function recalled(lesson, count) {
  const state = /** @type {any} */ (recall(`predict.${lesson}`));
  const typed = Array.isArray(state?.typed) ? state.typed.map(
    (/** @type {unknown} */ text) => typeof text === "string" ? text : "") : [];
  return {
    typed: Array.from({length: count}, (_, k) => typed[k] ?? ""),
    compared: state?.compared === true && typed.length === count,
    lines: Array.isArray(state?.lines) ? state.lines : [],
  };
}

/**
 * The line of `make predict`.
 * @param {Data} data
 * @param {(number | null)[]} values
 */
export function lineOf({lesson, names, questions}, values) {
  return {
    lesson, time: new Date().toISOString().replace(/\.\d+/, ""), names,
    answers: questions.map(({asks, measured}, k) => (
      {asks, value: values[k], measured})),
  };
}

/** One question: its item of the list, its field, and what is said to it. */
class Answer {
  /**
   * @param {HTMLElement} item
   * @param {number} k from 0
   * @param {Data} data
   */
  constructor(item, k, data) {
    this.question = data.questions[k];
    this.names = data.names;
    const id = `predict-${k + 1}`;
    this.said = element("span", {class: "predict-said", id: `${id}-said`});
    this.field = element("input", {
      id, type: "text", class: "predict-field", form: "predict",
      autocomplete: "off", autocapitalize: "off", spellcheck: "false",
      "aria-describedby": this.said.id});
    this.result = element("p", {class: "predict-result", hidden: ""});
    const asked = item.querySelector(":scope > p") ?? item;
    const label = element("label", {for: id});
    label.append(...asked.childNodes);
    asked.append(label);
    item.append(element("div", {class: "predict-answer"}, this.field, this.said),
                this.result);
  }

  /** @throws {Unreadable} */
  value() {
    if (this.field.value.trim() === "") throw new Unreadable(EMPTY);
    return parse(this.field.value, this.question, this.names);
  }

  /** Says how the field is read, while it is typed: its faults only later. */
  echo() {
    this.result.hidden = true;
    this.field.removeAttribute("aria-invalid");
    this.said.classList.remove("predict-fault");
    try {
      const value = this.value();
      this.said.textContent = value === null ? "no idea" :
        `= ${shown(value, this.question.unit)}`;
    } catch {
      this.said.textContent = "";
    }
  }

  /** @param {unknown} error */
  refuse(error) {
    this.field.setAttribute("aria-invalid", "true");
    this.said.classList.add("predict-fault");
    this.said.textContent = error instanceof Unreadable ? error.message : EMPTY;
  }

  /** Shows what was measured; true if the answer is right. */
  compare() {
    const {unit, measured, wrong} = this.question;
    const {word, mistake} = judge(this.value(), measured, this.question, this.names);
    this.result.className = `predict-result predict-${WORDS[word].replace(" ", "-")}`;
    this.result.replaceChildren(
      element("strong", {}, WORDS[word]), " in the recorded run: ",
      element("b", {}, shown(measured, unit)));
    if (mistake !== null) this.result.append(element("br"), wrong[mistake][1]);
    this.result.hidden = false;
    return word === "right";
  }
}

/** @type {import("../widgets.js").Widget} */
export function predict(root, text, place) {
  /** @type {Data} */
  const data = JSON.parse(text);
  const section = place.closest("section");
  const items = /** @type {HTMLElement[]} */ (
    [...section?.querySelectorAll(":scope > ol > li") ?? []]);
  if (items.length !== data.questions.length) {
    throw new Error(`${items.length} items, ${data.questions.length} questions`);
  }
  const answers = items.map((item, k) => new Answer(item, k, data));
  const state = recalled(data.lesson, answers.length);

  const status = element("p", {role: "status", class: "predict-status"});
  const compare = element("button", {type: "submit"}, "Compare");
  const save = element("button", {type: "button"}, "Save as a file");
  const erase = element("button", {type: "button"}, "Erase");
  const kinds = [...new Set(data.questions.map(({unit}) => unit === "bytes" ?
    "an amount such as 64M, 12.8 MiB or 240 bytes" : "a number such as 16,384"))];
  const form = element("form", {id: "predict", novalidate: ""},
    element("div", {class: "predict-buttons"}, compare, save, erase), status);
  root.append(form);
  items[0].parentElement?.before(element("p", {class: "predict-hint"},
    `Write ${kinds.join(" or ")}, a formula of ${data.said.join(", ")} with ` +
      "+ - * / ( ), or ? if you have no idea. ",
    isKept() ? "Your answers stay in this browser." :
      "This browser keeps nothing: your answers are gone when you leave the page."));

  // Another tab may have compared meanwhile, or erased.
  function remember(/** @type {object[]} */ ...compared) {
    state.typed = answers.map(({field}) => field.value);
    state.lines = [...recalled(data.lesson, answers.length).lines, ...compared];
    keep(`predict.${data.lesson}`, state);
  }
  function showButtons() {
    save.hidden = state.lines.length === 0;
    erase.hidden = save.hidden && answers.every(({field}) => field.value === "");
  }
  function unfold() {
    const right = answers.filter(answer => answer.compare()).length;
    const run = section?.nextElementSibling?.querySelector("details");
    if (run) run.open = true;
    status.textContent = `${right} of ${answers.length} right. ` +
      "The whole run stands below; the chapter says why.";
  }

  for (const answer of answers) {
    answer.field.addEventListener("input", () => {
      answer.echo();
      state.compared = false;
      status.textContent = "";
      remember();
      showButtons();
    });
    answer.field.addEventListener("change", () => {
      if (answer.field.value.trim() === "") return;
      try {
        answer.value();
      } catch (error) {
        answer.refuse(error);
      }
    });
  }
  form.addEventListener("submit", event => {
    event.preventDefault();
    let first = null;
    for (const answer of answers) {
      try {
        answer.value();
      } catch (error) {
        answer.refuse(error);
        first ??= answer;
      }
    }
    if (first) {
      status.textContent = "The measured run unfolds when each question has an " +
        "answer that can be read.";
      first.field.focus();
      return;
    }
    const compared = state.compared ? [] :
      [lineOf(data, answers.map(answer => answer.value()))];
    state.compared = true;
    remember(...compared);
    unfold();
    showButtons();
  });
  save.addEventListener("click", () => {
    const lines = state.lines.map(line => JSON.stringify(line) + "\n");
    const address = URL.createObjectURL(
      new Blob(lines, {type: "application/x-ndjson"}));
    element("a", {href: address, download: `${data.lesson}.jsonl`}).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
    status.textContent = `Saved as ${data.lesson}.jsonl, the file of make predict.`;
  });
  erase.addEventListener("click", () => {
    forget(`predict.${data.lesson}`);
    Object.assign(state, {typed: [], compared: false, lines: []});
    for (const answer of answers) {
      answer.field.value = "";
      answer.echo();
    }
    showButtons();
    status.textContent = "Your answers are erased.";
    answers[0].field.focus();
  });

  answers.forEach((answer, k) => {
    answer.field.value = state.typed[k];
    answer.echo();
  });
  try {
    if (state.compared) unfold();
  } catch {
    state.compared = false;  // what was kept is of another version of the page
  }
  showButtons();
}
