// Figures as all programs of the course write them (cow/os/bytes.cc).
// (amount.js writes them as the forms do.)
import {round} from "./amount.js";

const kKibi = 1024, kMebi = kKibi ** 2, kGibi = kKibi ** 3;

/** @param {number} value @param {number} decimals */
const fixed = (value, decimals) =>
  (round(value * 10 ** decimals) / 10 ** decimals).toFixed(decimals);

/** @param {number} bytes */
export function inBytes(bytes) {
  if (bytes < kKibi) return `${bytes} byte${bytes === 1 ? "" : "s"}`;
  if (bytes < kMebi) {
    return `${fixed(bytes / kKibi, bytes % kKibi === 0 ? 0 : 1)} KiB`;
  }
  if (bytes < 10 * kGibi) return `${fixed(bytes / kMebi, 1)} MiB`;
  if (bytes < 10 * kKibi * kGibi) return `${fixed(bytes / kGibi, 2)} GiB`;
  return `${fixed(bytes / kKibi / kGibi, 2)} TiB`;
}

/** @param {number} count */
export const inDigits = (count) => count.toLocaleString("en");

/** @param {number} seconds */
export function inSeconds(seconds) {
  return seconds < 1 ? `${(seconds * 1000).toFixed(1)} ms`
                     : `${seconds.toFixed(seconds < 100 ? 2 : 0)} s`;
}
