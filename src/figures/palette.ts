/**
 * Ten colours that stay distinct with colour vision deficiency and in print: Petroff, "Accessible color sequences
 * for data visualization" (arXiv 2107.02270), the ten-colour sequence, with a dark teal and a navy in place of its two greys:
 * those are alike in small points, and like the lines of a grid.
 */
const accessible = [
  '#3f90da',
  '#ffa90e',
  '#bd1f01',
  '#0b6b6b',
  '#832db6',
  '#a96b59',
  '#e76300',
  '#b9ac70',
  '#22285f',
  '#92dadd',
] as const;

/** What is neither right nor wrong. */
export const undecidedColor = '#717581';

/** Those that are hard to see on a dark page, and what takes their place there. */
export const onDark: ReadonlyMap<string, string> = new Map([
  ['#bd1f01', '#e2492b'],
  ['#0b6b6b', '#58c08a'],
  ['#832db6', '#cf6bb8'],
  ['#22285f', '#7a63ff'],
  [undecidedColor, '#8d919c'],
]);

/** Beyond ten classes, a shape goes with each round of colours: Vega's names, and paths between -1 and 1. */
const shapes = [
  'circle',
  'square',
  'triangle-up',
  'diamond',
  'cross',
  'triangle-down',
  'triangle-right',
  'triangle-left',
  // A beam, and a star.
  'M-0.9,-0.35L-0.9,0.35L0.9,0.35L0.9,-0.35Z',
  'M0,-1L0.26,-0.36L0.95,-0.31L0.42,0.14L0.59,0.81L0,0.45L-0.59,0.81L-0.42,0.14L-0.95,-0.31L-0.26,-0.36Z',
] as const;

/** So many classes look different. */
export const APPEARANCES = accessible.length * shapes.length;

/** The colour of class or series `index`; after ten they begin again. */
export function colorOf(index: number): string {
  return accessible[index % accessible.length] ?? accessible[0];
}

/** The shape of the points of class `index`: with its colour, a hundred classes are distinct. */
export function shapeOf(index: number): string {
  return shapes[Math.floor(index / accessible.length) % shapes.length] ?? shapes[0];
}

/** Of lines: solid, then dashes, each unlike its neighbours. */
const dashes = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
  [4, 2],
  [10, 3],
] as const;

/** The dashes of the line of series `index`, which tell it from others also without colour. */
export function dashOf(index: number): number[] {
  return [...(dashes[index % dashes.length] ?? dashes[0])];
}

/** The shape of the points of series `index`: another one for each. */
export function pointOf(index: number): string {
  return shapes[index % shapes.length] ?? shapes[0];
}

/** What is right, and what is wrong. */
export const rightColor = accessible[0];
export const wrongColor = accessible[6];

/** Of texts and lines where a picture stands by itself; on a page they have the colour of its text. */
export const ink = '#222222';
