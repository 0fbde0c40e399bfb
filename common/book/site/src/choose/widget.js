// Which lesson for your program: five questions, and the row of the table that
// they lead to, as soon as no other row is left.
import {element} from "../dom.js";
import {forget, keep, recall} from "../store.js";
import {rowsLeft} from "./table.js";

const KEY = "choose";

/** @type {import("../widgets.js").Widget} */
export function choose(root, text) {
  /** @type {{questions: import("./table.js").Question[],
   *          rows: import("./table.js").Row[]}} */
  const {questions, rows} = JSON.parse(text);
  const table = document.querySelectorAll("#the-table tbody tr");
  const result = element("div", {class: "choose-result", role: "status"});
  const again = element("button", {type: "button"}, "Begin again");
  const groups = questions.map((question, k) => element("fieldset", {},
    element("legend", {}, element("b", {}, `${question.name}:`), ` ${question.asks}`),
    ...question.answers.map(({name, says}, i) => {
      const id = `choose-${k + 1}-${i + 1}`;
      return element("div", {class: "choose-answer"},
        element("input", {type: "radio", id, name: `choose-${k + 1}`, value: name}),
        element("label", {for: id}, element("b", {}, name), `: ${says}`));
    })));
  root.append(...groups, result, again);

  /** @returns {import("./table.js").Answers} */
  function answers() {
    return groups.map(group => {
      const chosen = group.querySelector("input:checked");
      return chosen instanceof HTMLInputElement ? chosen.value : null;
    });
  }

  function update() {
    const given = answers();
    const left = rowsLeft(rows, questions, given);
    again.hidden = given.every(answer => answer === null);
    table.forEach((line, k) => line.classList.toggle(
      "choose-left", !again.hidden && left.includes(k)));
    if (left.length > 1) {
      result.replaceChildren(
        `${left.length} of ${rows.length} cures are left.`);
      return;
    }
    const {cure, costs, lesson} = rows[left[0]];
    result.replaceChildren(
      element("p", {class: "choose-cure"}, cure),
      element("p", {}, "Measured with 64 MiB of data and four workers: ",
        element("b", {}, costs), "."),
      element("p", {}, "Lesson ", element("a", {href: `${lesson}.html`},
                                       lesson.replace("_", " "))));
  }

  root.addEventListener("change", () => {
    keep(KEY, answers());
    update();
  });
  again.addEventListener("click", () => {
    forget(KEY);
    for (const input of root.querySelectorAll("input")) input.checked = false;
    update();
    root.querySelector("input")?.focus();
  });
  const kept = recall(KEY);
  if (Array.isArray(kept)) {
    for (const [k, group] of groups.entries()) {
      for (const input of group.querySelectorAll("input")) {
        input.checked = input.value === kept[k];
      }
    }
  }
  update();
}
