// @ts-check
// Figures as all programs of the course write them (cow/os/bytes.cc).

const kKibi = 1024, kMebi = kKibi ** 2, kGibi = kKibi ** 3;

/** @param {number} bytes */
export function inBytes(bytes) {
  if (bytes < kKibi) return `${bytes} byte${bytes === 1 ? "" : "s"}`;
  if (bytes < kMebi) {
    return `${(bytes / kKibi).toFixed(bytes % kKibi === 0 ? 0 : 1)} KiB`;
  }
  if (bytes < 10 * kGibi) return `${(bytes / kMebi).toFixed(1)} MiB`;
  if (bytes < 10 * kKibi * kGibi) return `${(bytes / kGibi).toFixed(2)} GiB`;
  return `${(bytes / kKibi / kGibi).toFixed(2)} TiB`;
}

/** @param {number} count */
export const inDigits = (count) => count.toLocaleString("en");

/** @param {number} seconds */
export function inSeconds(seconds) {
  return seconds < 1 ? `${(seconds * 1000).toFixed(1)} ms`
                     : `${seconds.toFixed(seconds < 100 ? 2 : 0)} s`;
}
