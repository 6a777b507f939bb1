import { at } from '../errors.js';
import { type Looks, SHAPE_LENGTH } from './near-descriptor.js';
import { directionsOf } from './near-directions.js';

/** One minus the correlation of the shapes of two near-equal pictures is below this. */
const NEAR = 0.0025;

/** Of two near-equal pictures: the difference of their means and the ratio of their contrasts are at most these. */
const MEAN = 64;
const CONTRAST = 2;

/** Two pictures that are as colourful as this, in grey levels, have colours whose cosine is at least that. */
const COLOURFUL = 8;
const SAME_COLOUR = 0.5;

/** Squared distance of two shapes (vectors of length 1) whose correlation is 1 - NEAR. */
const REACH = 2 * NEAR;

/** More pictures than these are divided, along so many directions. */
const FEW = 1000;
const DIRECTIONS = 12;

/** Pictures that are not divided further. */
const LEAF = 8;

/**
 * Pictures that one is compared with, those in its part of the tree first. It takes fewer by far, unless pictures are
 * nearly all alike; then each has enough neighbours among these.
 */
const MOST_COMPARED = 2000;

/** Coordinates are rounded: what they exclude is beyond reach by more than this. */
const ROUNDING = 1e-5;

/** Coefficients that are compared at once. */
const CHUNK = 15;

export interface Neighbour {
  /** The position of a picture in the index. */
  readonly position: number;
  /** One minus the correlation. */
  readonly distance: number;
}

/**
 * Pictures to be searched for those that are near-equal to another. More than a thousand are in a k-d tree (Bentley,
 * "Multidimensional binary search trees used for associative searching", 1975) over a few directions in which
 * their shapes differ: no two shapes are closer than they are in these.
 */
export class NearIndex {
  readonly #pictures: readonly Looks[];
  /** The shapes, one after another. */
  readonly #shapes: Float32Array;
  /** The directions of the tree, and for each the coordinates of all pictures. */
  readonly #directions: readonly Float64Array[];
  readonly #coordinates: readonly Float32Array[];
  /** The positions of the pictures. A node of the tree is a range of them; its halves are its children. */
  readonly #positions: Int32Array;
  /** Of the nodes that are divided: the coordinate that decides, and the least value of the second half. */
  readonly #cuts = new Map<number, { readonly coordinate: number; readonly value: number }>();

  constructor(pictures: readonly Looks[]) {
    this.#pictures = pictures;
    this.#shapes = new Float32Array(pictures.length * SHAPE_LENGTH);
    pictures.forEach(({ shape }, position) => {
      this.#shapes.set(shape, position * SHAPE_LENGTH);
    });
    this.#positions = Int32Array.from(pictures.keys());
    const shapes = pictures.map(({ shape }) => shape);
    this.#directions = pictures.length > FEW ? directionsOf(shapes, DIRECTIONS) : [];
    this.#coordinates = this.#directions.map((direction) =>
      Float32Array.from(pictures, ({ shape }) => along(direction, shape)),
    );
    if (this.#directions.length > 0) this.#divide(this.#root);
  }

  /** The pictures of the index that are near-equal to this one, at most so many, the closest and foremost first. */
  near(picture: Looks, most: number): Neighbour[] {
    const search: Search = {
      picture,
      most,
      coordinates: this.#directions.map((direction) => along(direction, picture.shape)),
      offsets: new Float64Array(this.#directions.length),
      found: [],
      compared: 0,
    };
    this.#search(this.#root, 0, search);

    return search.found;
  }

  get #root(): Node {
    return { number: 1, start: 0, end: this.#positions.length };
  }

  #divide(node: Node): void {
    const { number, start, end } = node;
    if (end - start <= LEAF) return;
    const positions = this.#positions.subarray(start, end);
    const variances = this.#coordinates.map((values) => variance(positions, values));
    const coordinate = variances.indexOf(Math.max(...variances));
    const values = at(this.#coordinates, coordinate);
    positions.sort((a, b) => at(values, a) - at(values, b));
    const [first, second] = halves(node);
    this.#cuts.set(number, { coordinate, value: at(values, at(this.#positions, second.start)) });
    this.#divide(first);
    this.#divide(second);
  }

  /** No shape in the node is closer to the picture than the root of `least`, the sum of squared offsets. */
  #search(node: Node, least: number, search: Search): void {
    const { coordinates, offsets } = search;
    if (search.compared >= MOST_COMPARED) return;
    const cut = this.#cuts.get(node.number);
    if (cut === undefined) {
      for (let i = node.start; i < node.end; i++) this.#compare(at(this.#positions, i), search);
      return;
    }
    const { coordinate, value } = cut;
    const offset = at(coordinates, coordinate) - value;
    const [first, second] = halves(node);
    this.#search(offset < 0 ? first : second, least, search);
    const before = at(offsets, coordinate);
    const further = least - before ** 2 + offset ** 2;
    if (further > reachOf(search) + ROUNDING) return;
    offsets[coordinate] = offset;
    this.#search(offset < 0 ? second : first, further, search);
    offsets[coordinate] = before;
  }

  #compare(position: number, search: Search): void {
    search.compared++;
    const { picture, found, most } = search;
    const reach = reachOf(search);
    const squared = this.#squaredDistance(picture.shape, position, reach);
    if (squared > reach || !agree(picture, at(this.#pictures, position))) return;
    found.push({ position, distance: squared / 2 });
    found.sort((a, b) => a.distance - b.distance || a.position - b.position);
    if (found.length > most) found.pop();
  }

  /** It stops where the distance is beyond reach. */
  #squaredDistance(shape: Float32Array, position: number, reach: number): number {
    const other = position * SHAPE_LENGTH;
    let sum = 0;
    for (let start = 0; start < SHAPE_LENGTH && sum <= reach; start += CHUNK) {
      for (let i = start; i < start + CHUNK; i++)
        sum += ((shape[i] ?? 0) - (this.#shapes[other + i] ?? 0)) ** 2;
    }
    return sum;
  }
}

/** A range of the positions. The root has the number 1; the children of n have 2n and 2n + 1. */
interface Node {
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

function halves({ number, start, end }: Node): readonly [Node, Node] {
  const middle = (start + end) >> 1;
  return [
    { number: 2 * number, start, end: middle },
    { number: 2 * number + 1, start: middle, end },
  ];
}

interface Search {
  readonly picture: Looks;
  readonly most: number;
  readonly coordinates: readonly number[];
  /** How far, in each coordinate, the node that is searched is from the picture at least. */
  readonly offsets: Float64Array;
  readonly found: Neighbour[];
  compared: number;
}

/** Squared distance within which a picture is still asked for. */
function reachOf({ found, most }: Search): number {
  const last = found[most - 1];
  return last === undefined ? REACH : 2 * last.distance;
}

function along(direction: Float64Array, shape: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < SHAPE_LENGTH; i++) sum += (direction[i] ?? 0) * (shape[i] ?? 0);
  return sum;
}

/** Of the values at some positions. */
function variance(positions: Int32Array, values: Float32Array): number {
  let [sum, squares] = [0, 0];
  for (const position of positions) {
    const value = values[position] ?? 0;
    sum += value;
    squares += value ** 2;
  }
  return squares / positions.length - (sum / positions.length) ** 2;
}

/** Whether brightness, contrast and colours of two pictures with one shape leave it possible that they are one. */
function agree(a: Looks, b: Looks): boolean {
  if (Math.abs(a.mean - b.mean) > MEAN) return false;
  if (Math.max(a.contrast, b.contrast) > CONTRAST * Math.min(a.contrast, b.contrast)) return false;
  const [ofA, ofB] = [length(a.colour), length(b.colour)];
  if (ofA < COLOURFUL || ofB < COLOURFUL) return true;
  return a.colour.reduce((sum, value, i) => sum + value * at(b.colour, i), 0) >= SAME_COLOUR * ofA * ofB;
}

function length(vector: Int8Array): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value ** 2, 0));
}
