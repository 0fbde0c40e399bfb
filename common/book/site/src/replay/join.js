// @ts-check
// A program often has what it calls one thing in many mappings: an arena in 64
// pieces. Regions of one name that the same processes have are drawn as one,
// one after the other.

/** @typedef {import("./recording.js").Recording} Recording */

/** The recording, its regions joined. @param {Recording} recording
 * @returns {Recording} */
export function join(recording) {
  /** @type {number[][]} the processes of each region */
  const had = recording.regions.map(() => []);
  for (const {process, region} of recording.maps) had[region].push(process);

  /** @type {Map<string, number>} */
  const numbers = new Map();
  /** @type {Recording["regions"]} */
  const regions = [];
  // Where each region lies now: in which one, and behind how many pages of it.
  const places = recording.regions.map(({name, pages, every}, region) => {
    const key = JSON.stringify([name, every, had[region].sort()]);
    let number = numbers.get(key);
    if (number === undefined) {
      number = regions.push({name, pages: 0, every}) - 1;
      numbers.set(key, number);
    }
    const offset = regions[number].pages;
    regions[number].pages += pages;
    return {number, offset};
  });
  if (regions.length === recording.regions.length) return recording;

  /** @type {Recording["maps"]} */
  const maps = [];
  /** @type {Map<string, number>} */
  const mapNumbers = new Map();
  const mapPlaces = recording.maps.map(({process, region}) => {
    const {number, offset} = places[region];
    const key = `${process} ${number}`;
    let map = mapNumbers.get(key);
    if (map === undefined) {
      map = maps.push(
        {process, region: number, pages: regions[number].pages}) - 1;
      mapNumbers.set(key, map);
    }
    return {map, offset};
  });
  const events = recording.events.map((event) => ({...event,
    changes: event.changes.map(({map, runs}) => ({
      map: mapPlaces[map].map,
      runs: runs.map(([first, count, state]) =>
        /** @type {[number, number, number]} */ (
          [first + mapPlaces[map].offset, count, state])),
    }))}));
  return {...recording, regions, maps, events};
}
