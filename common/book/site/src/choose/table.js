// The decision table of docs/which_lesson.md.

/**
 * @typedef {{name: string, asks: string,
 *            answers: {name: string, says: string}[]}} Question
 * @typedef {object} Row
 * @property {(string[] | null)[]} when the answers to each question that fit;
 *   null: any
 * @property {string} cure
 * @property {string} costs
 * @property {string} lesson "04_global"
 *
 * @typedef {(string | null)[]} Answers one for each question, null if not given
 */

/**
 * The first row that fits all answers; -1 if there is none.
 * @param {Row[]} rows
 * @param {string[]} answers
 */
export function rowFor(rows, answers) {
  return rows.findIndex(({when}) => when.every(
    (fits, k) => fits === null || fits.includes(answers[k])));
}

/**
 * Every way to answer the questions that have no answer yet.
 * @param {Question[]} questions
 * @param {Answers} answers
 * @returns {string[][]}
 */
export function completions(questions, answers) {
  return questions.reduce((all, question, k) => {
    const given = answers[k];
    const these = given === null ? question.answers.map(({name}) => name) : [given];
    return all.flatMap(before => these.map(answer => [...before, answer]));
  }, /** @type {string[][]} */ ([[]]));
}

/**
 * The rows that may still be the answer, in their order.
 * @param {Row[]} rows
 * @param {Question[]} questions
 * @param {Answers} answers
 */
export function rowsLeft(rows, questions, answers) {
  const found = new Set(completions(questions, answers)
    .map(complete => rowFor(rows, complete)));
  return [...found].sort((a, b) => a - b);
}
