// Amounts as the forms and `make predict` show them.

const POWERS = /** @type {const} */ ([[30, "GiB"], [20, "MiB"], [10, "KiB"]]);

/**
 * "12.8 MiB"; below 10 KiB to the byte: "240 bytes". null is "?".
 * @param {number | null} amount
 * @param {string} unit "bytes", or anything else for a plain number
 */
export function shown(amount, unit) {
  if (amount === null) return "?";
  if (unit === "bytes") {
    for (const [power, name] of POWERS) {
      const one = 2 ** power;
      if (amount >= 10 * 1024 && amount >= (power === 30 ? 10 : 1) * one) {
        return `${grouped(amount / one, power === 10 ? 0 : 1)} ${name}`;
      }
    }
    return `${grouped(amount, 0)} byte${amount === 1 ? "" : "s"}`;
  }
  return grouped(amount, 0);
}

/**
 * @param {number} amount
 * @param {number} digits after the point
 */
function grouped(amount, digits) {
  return (round(amount * 10 ** digits) / 10 ** digits).toLocaleString("en-US", {
    minimumFractionDigits: digits, maximumFractionDigits: digits});
}

/**
 * To the nearest whole number, and of two to the even one, as Python does.
 * @param {number} amount
 */
export function round(amount) {
  const below = Math.floor(amount);
  if (amount - below !== 0.5) return Math.round(amount);
  return below % 2 === 0 ? below : below + 1;
}
