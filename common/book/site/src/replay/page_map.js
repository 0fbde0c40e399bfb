// Draws the pages of a region on a canvas: each page is a square of whole
// pixels of the screen, so that all are of one size and no pattern appears that
// is not in the data.

const kTallest = 150;  // of a map, in CSS pixels, where pages are large enough
const kLongest = 300;  // where a page is one pixel of the screen
const kLargest = 14;   // of a page, in CSS pixels
const kGap = 4;        // pages of so many pixels have a line between them

// Where a square stands for several pages, it shows the one that tells most.
const kRank = [0, 1, 3, 2];

/**
 * How many squares in a row, how large each is in pixels of the screen, and for
 * how many pages it stands.
 * @typedef {{columns: number, rows: number, size: number, each: number}} Grid
 */

/**
 * The grids of regions that stand beside each other, each `width` CSS pixels
 * wide at most. All have squares of one size, as the largest region needs it.
 * @param {number[]} regions the pages of each
 * @param {number} width @param {number} ratio pixels of the screen to one of CSS
 * @param {number=} longest in CSS pixels
 * @returns {Grid[]}
 */
export function gridsOf(regions, width, ratio, longest = kLongest) {
  const wide = Math.max(16, Math.floor(width * ratio));
  const tall = Math.floor(Math.min(kTallest, longest) * ratio);
  const most = Math.max(1, ...regions);
  /** @param {number} size */
  const columns = (size) => {
    const fit = Math.max(1, Math.floor(wide / size));
    return fit >= 32 ? fit - fit % 16 : fit;
  };
  let each = 1;
  let size = Math.max(1, Math.floor(kLargest * ratio));
  while (size > 1 && Math.ceil(most / columns(size)) * size > tall) --size;
  if (size === 1) {
    // Else a square stands for 2, 4, 8 … pages.
    while (Math.ceil(most / each / columns(1)) > longest * ratio) each *= 2;
  }
  return regions.map((pages) => {
    const squares = Math.max(1, Math.ceil(pages / each));
    const across = Math.min(columns(size), squares);
    return {columns: across, rows: Math.ceil(squares / across), size, each};
  });
}

/** @param {string} color @returns {number} as ImageData has it, little-endian */
export function packed(color) {
  const channel = (/** @type {number} */ at) =>
    parseInt(color.slice(at, at + 2), 16);
  return ((255 << 24) | (channel(5) << 16) | (channel(3) << 8) | channel(1)) >>>
    0;
}

export class PageMapCanvas {
  constructor() {
    this.canvas = document.createElement("canvas");
    this.canvas.className = "replay-map";
    this.small = document.createElement("canvas");
    /** @type {Grid} */
    this.grid = {columns: 0, rows: 0, size: 0, each: 1};
    this.ratio = 0;
    /** @type {ImageData | null} */
    this.image = null;
  }

  /** Makes the canvas as large as `grid` needs it.
   * @param {Grid} grid @param {number} ratio */
  resize(grid, ratio) {
    if (this.image && this.ratio === ratio &&
        JSON.stringify(grid) === JSON.stringify(this.grid)) {
      return;
    }
    this.grid = grid;
    this.ratio = ratio;
    this.small.width = grid.columns;
    this.small.height = grid.rows;
    this.canvas.width = grid.columns * grid.size;
    this.canvas.height = grid.rows * grid.size;
    this.canvas.style.width = `${this.canvas.width / ratio}px`;
    this.canvas.style.height = `${this.canvas.height / ratio}px`;
    this.image = new ImageData(grid.columns, grid.rows);
  }

  /**
   * Draws `pages`, of which those behind `until` are drawn as in `before`.
   * @param {Uint8Array} pages @param {Uint32Array} colors by state
   * @param {Uint8Array=} before @param {number=} until
   */
  draw(pages, colors, before, until = pages.length) {
    const {image, grid} = this;
    const small = this.small.getContext("2d");
    const large = this.canvas.getContext("2d");
    if (!image || !small || !large) return;
    const pixels = new Uint32Array(image.data.buffer);
    const stateOf = (/** @type {number} */ page) =>
      page < until || !before ? pages[page] : before[page];
    if (grid.each === 1) {
      for (let page = 0; page < pages.length; ++page) {
        pixels[page] = colors[stateOf(page)];
      }
    } else {
      const squares = Math.ceil(pages.length / grid.each);
      for (let square = 0; square < squares; ++square) {
        const end = Math.min(pages.length, (square + 1) * grid.each);
        let top = 0;
        for (let page = square * grid.each; page < end; ++page) {
          const state = stateOf(page);
          if (kRank[state] > kRank[top]) top = state;
        }
        pixels[square] = colors[top];
      }
    }
    small.putImageData(image, 0, 0);
    large.imageSmoothingEnabled = false;
    large.clearRect(0, 0, this.canvas.width, this.canvas.height);
    large.drawImage(this.small, 0, 0, this.canvas.width, this.canvas.height);
    if (grid.size >= kGap) {
      for (let column = 1; column <= grid.columns; ++column) {
        large.clearRect(column * grid.size - 1, 0, 1, this.canvas.height);
      }
      for (let row = 1; row <= grid.rows; ++row) {
        large.clearRect(0, row * grid.size - 1, this.canvas.width, 1);
      }
    }
  }
}
