import { at } from '../errors.js';
import type { DatasetImage } from './image.js';
import { type Looks, looksOf } from './near-descriptor.js';
import { NearIndex } from './near-index.js';

/** Near-equal pictures among the images of a dataset. Pictures are known by their digests. */
export interface NearPictures {
  /** Of each picture that was joined with others: the first digest of its group. */
  readonly groupOf: ReadonlyMap<string, string>;
  /** Near-equal pairs that are in two groups, or in none, because their group would be too large. */
  readonly apart: readonly (readonly [string, string])[];
  /** Images that a group may have. */
  readonly limit: number;
}

/** Near-equal pictures that are looked at for each one, the closest first: more of them are too many for one group. */
const CLOSEST = 8;

/**
 * Joins near-equal pictures to groups, the closest pairs first. What is near-equal to one picture of a group need not
 * be to another, and such chains could run through a whole dataset of one scene; therefore no group has more images than
 * `limit`, a twentieth of all of them (at least 4), and neither have all groups together that are in several classes.
 * A function of the set of images: their order does not matter.
 */
export function joinNearPictures(images: readonly DatasetImage[]): NearPictures {
  const limit = Math.max(4, Math.floor(images.length / 20));
  const pictures = picturesOf(images);
  const pairs = nearPairs(pictures);
  const groups = new Groups(pictures, limit);
  for (const { first, second } of pairs) groups.join(first, second);
  const nameOf = (position: number) => at(pictures, position).digest;
  const groupOf = new Map<string, string>();
  pictures.forEach(({ digest }, position) => {
    const members = groups.membersWith(position);
    if (members.length > 1) groupOf.set(digest, nameOf(Math.min(...members)));
  });
  const apart = pairs
    .filter(({ first, second }) => groups.membersWith(first) !== groups.membersWith(second))
    .map(({ first, second }) => [nameOf(first), nameOf(second)] as const);
  return { groupOf, apart, limit };
}

interface Picture {
  readonly digest: string;
  readonly looks: Looks | undefined;
  /** The classes of its copies. */
  readonly labels: readonly number[];
}

/** In the order of their digests. */
function picturesOf(images: readonly DatasetImage[]): Picture[] {
  const copies = new Map<string, DatasetImage[]>();
  for (const image of images) {
    const group = copies.get(image.digest);
    if (group) group.push(image);
    else copies.set(image.digest, [image]);
  }
  return Array.from(copies, ([digest, group]): Picture => {
    const { descriptor } = at(group, 0);
    const looks = descriptor === undefined ? undefined : looksOf(descriptor);
    return { digest, looks, labels: group.map(({ label }) => label) };
  }).sort((a, b) => (a.digest < b.digest ? -1 : 1));
}

interface Pair {
  readonly first: number;
  readonly second: number;
  readonly distance: number;
}

/** Each picture with those that it is closest to, by distance; of equal distances, in the order of their digests. */
function nearPairs(pictures: readonly Picture[]): Pair[] {
  const known = pictures.flatMap(({ looks }, position) => (looks ? [{ looks, position }] : []));
  const index = new NearIndex(known.map(({ looks }) => looks));
  const pairs = new Map<number, Pair>();
  known.forEach(({ looks, position }, own) => {
    for (const { position: found, distance } of index.near(looks, CLOSEST + 1)) {
      if (found === own) continue;
      const other = at(known, found).position;
      const [first, second] = [Math.min(position, other), Math.max(position, other)];
      pairs.set(first * pictures.length + second, { first, second, distance });
    }
  });
  return [...pairs.values()].sort(
    (a, b) => a.distance - b.distance || a.first - b.first || a.second - b.second,
  );
}

interface Group {
  readonly members: readonly number[];
  readonly images: number;
  readonly labels: ReadonlySet<number>;
}

/** Pictures in groups, alone at first. */
class Groups {
  readonly #limit: number;
  /** Of each picture, its group: one object for all that are in it. */
  readonly #groups: Group[];
  /** Images in groups of several classes that joining made so. */
  #mixed = 0;

  constructor(pictures: readonly Picture[], limit: number) {
    this.#limit = limit;
    this.#groups = pictures.map(({ labels }, position) => ({
      members: [position],
      images: labels.length,
      labels: new Set(labels),
    }));
  }

  membersWith(position: number): readonly number[] {
    return at(this.#groups, position).members;
  }

  /** Joins the groups of two pictures, unless that makes one that is too large. */
  join(first: number, second: number): void {
    const [a, b] = [at(this.#groups, first), at(this.#groups, second)];
    if (a === b || a.images + b.images > this.#limit) return;
    const joined = {
      members: [...a.members, ...b.members],
      images: a.images + b.images,
      labels: new Set([...a.labels, ...b.labels]),
    };
    const mixed = this.#mixed + imagesIfMixed(joined) - imagesIfMixed(a) - imagesIfMixed(b);
    if (mixed > this.#limit) return;
    this.#mixed = mixed;
    for (const position of joined.members) this.#groups[position] = joined;
  }
}

function imagesIfMixed({ images, labels }: Group): number {
  return labels.size > 1 ? images : 0;
}
