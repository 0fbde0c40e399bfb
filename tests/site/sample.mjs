// A small recording, made by hand: a parent with two workers. It has all states,
// a region that only the workers have and of which each fourth page was recorded,
// a region in two pieces, messages both ways, and a worker that ends and is
// replaced.
export function sample() {
  const figures = (...all) => all.map(([process, rss, pss, uss]) =>
    ({process, rss: rss * 4096, pss: pss * 4096, uss: uss * 4096}));
  return {
    format: "cowpool recording", version: 1, program: "sample",
    page_size: 4096,
    processes: [
      {role: "parent", pid: 100},
      {role: "worker 1", pid: 101, parent: 0},
      {role: "worker 2", pid: 102, parent: 0},
      {role: "worker 3", pid: 103, parent: 0},
    ],
    regions: [{name: "data", pages: 1000},
              {name: "rebuilt from the message", pages: 150, every: 4},
              {name: "rebuilt from the message", pages: 50, every: 4}],
    events: [
      {time: 0, what: "the parent has built the data",
       figures: figures([0, 1100, 1100, 1100]),
       pages: [{process: 0, region: 0, runs: [[0, 1000, "x"]]}]},
      {time: 0.01, what: "the pool has forked its workers",
       figures: figures([0, 1100, 400, 50], [1, 1000, 350, 10],
                        [2, 1000, 350, 10]),
       pages: [0, 1, 2].map((process) =>
         ({process, region: 0, runs: [[0, 1000, "s"]]}))},
      {time: 0.02, what: "the workers have their tasks",
       moment: "every worker holds its task",
       messages: [{from: 0, to: 1, bytes: 820000, count: 1},
                  {from: 0, to: 2, bytes: 820000, count: 1}],
       figures: figures([0, 1100, 400, 50], [1, 1200, 550, 210],
                        [2, 1200, 550, 210]),
       pages: [1, 2].flatMap((process) =>
         [{process, region: 1, runs: [[0, 150, "x"]]},
          {process, region: 2, runs: [[0, 50, "x"]]}])},
      {time: 0.03, what: "worker 1 has written",
       figures: figures([0, 1100, 400, 50], [1, 1200, 650, 460],
                        [2, 1200, 550, 210]),
       pages: [{process: 1, region: 0, runs: [[0, 100, "x"], [500, 150, "x"]]}]},
      {time: 0.5, what: "the parent was swapped out in part",
       messages: [{from: 1, to: 0, bytes: 64, count: 2}],
       figures: figures([0, 1080, 380, 40], [1, 1200, 650, 460],
                        [2, 1200, 550, 210]),
       pages: [{process: 0, region: 0, runs: [[980, 20, "w"]]}]},
      {time: 1.5, what: "worker 1 has ended, worker 3 takes its place",
       figures: figures([0, 1080, 380, 40], [2, 1200, 550, 210],
                        [3, 980, 340, 8]),
       pages: [{process: 1, region: 0, runs: [[0, 1000, "."]]},
               {process: 1, region: 1, runs: [[0, 150, "."]]},
               {process: 1, region: 2, runs: [[10, 40, "."]]},
               {process: 3, region: 0, runs: [[0, 980, "s"]]}]},
    ],
  };
}

/** For each event, how many pages of each state there are by "process region":
 * folded page by page, as the format says it, from the JSON alone. */
export function counted(json) {
  const states = {};
  return json.events.map((event) => {
    for (const {process, region, runs} of event.pages ?? []) {
      const pages = states[`${process} ${region}`] ??=
        Array(json.regions[region].pages).fill(".");
      for (const [first, count, state] of runs) {
        for (let page = first; page < first + count; ++page) {
          pages[page] = state;
        }
      }
    }
    return Object.fromEntries(Object.entries(states).map(([key, pages]) => {
      const counts = {".": 0, s: 0, x: 0, w: 0};
      for (const state of pages) ++counts[state];
      return [key, counts];
    }));
  });
}
