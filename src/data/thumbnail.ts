import type { Pixels } from './image.js';

/** A small square picture: luma and colour differences (ITU-R BT.601) in grey levels, row by row. */
export interface Thumbnail {
  readonly side: number;
  readonly luma: Float64Array;
  readonly blueness: Float64Array;
  readonly redness: Float64Array;
}

export function emptyThumbnail(side: number): Thumbnail {
  const plane = () => new Float64Array(side * side);
  return { side, luma: plane(), blueness: plane(), redness: plane() };
}

/**
 * The means of a grey or RGB image over a grid of equal rectangles. They are written into a thumbnail that is there
 * already: to make one for each of many images takes longer than the means.
 */
export function drawThumbnail(image: Pixels, thumbnail: Thumbnail): void {
  const { width, height, channels, data } = image;
  const { side, luma, blueness, redness } = thumbnail;
  const stride = width * channels;
  if (line.length < stride) line = new Float64Array(stride);
  for (let y = 0; y < side; y++) {
    line.fill(0, 0, stride);
    forCell(height, side, y, (row, share) => addRow(data, row * stride, stride, share));
    for (let x = 0; x < side; x++) {
      let [red, green, blue] = [0, 0, 0];
      forCell(width, side, x, (column, share) => {
        const from = column * channels;
        red += share * (line[from] ?? 0);
        green += share * (line[channels === 1 ? from : from + 1] ?? 0);
        blue += share * (line[channels === 1 ? from : from + 2] ?? 0);
      });
      const light = 0.299 * red + 0.587 * green + 0.114 * blue;
      luma[y * side + x] = light;
      blueness[y * side + x] = (blue - light) / 1.772;
      redness[y * side + x] = (red - light) / 1.402;
    }
  }
}

/** The mean of the rows that a row of the thumbnail covers. */
let line = new Float64Array(0);

function addRow(data: Uint8Array, start: number, length: number, share: number): void {
  for (let i = 0; i < length; i++) line[i] = (line[i] ?? 0) + share * (data[start + i] ?? 0);
}

/** Calls back for each of `inputs` positions that one of `cells` equal cells covers, with its share of the cell. */
function forCell(
  inputs: number,
  cells: number,
  cell: number,
  visit: (position: number, share: number) => void,
): void {
  const width = inputs / cells;
  const [from, to] = [cell * width, (cell + 1) * width];
  const end = Math.min(inputs, Math.ceil(to));
  for (let position = Math.floor(from); position < end; position++) {
    visit(position, Math.max(0, Math.min(to, position + 1) - Math.max(from, position)) / width);
  }
}
