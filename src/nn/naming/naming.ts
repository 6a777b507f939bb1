import { AdarandError, at } from '../../errors.js';
import { sameShape, type Tensor } from '../../graph/tensor.js';
import { type Form, same } from './forms.js';
import { type Leftover, leftovers, wrapperOf } from './leftovers.js';

/** Tensors of floats by name. */
export type Weights = ReadonlyMap<string, Tensor<'float32'>>;

/**
 * One tensor's name in this project and elsewhere. A `*` is any one part between dots, or the rest of one, and stands
 * for the same text on both sides. Several names elsewhere are tensors that ours holds stacked along its first axis.
 */
export interface Rename {
  readonly ours: string;
  readonly theirs: string | readonly string[];
  /** How many of the rows each of several has, in proportion. Default: all the same. */
  readonly shares?: readonly number[];
  /** How the elements lie elsewhere, where not as ours do. */
  readonly form?: Form;
}

/** How one library names the tensors of a family of networks. */
export interface Naming {
  /** Of the library: `timm`, `torchvision`, `transformers`. */
  readonly library: string;
  /** A tensor, in that library's name, which a file has if and only if it is named so. What precedes it is a prefix. */
  readonly marker: string;
  /** Names below the prefix. */
  readonly body: readonly Rename[];
  /** Names of the classifier in the libraries' usual places: from the beginning of the file, or below `wrapperOf` the prefix. */
  readonly head: readonly Rename[];
  /** In which tensors are written for the library to load, where not in this one. */
  readonly written?: Naming;
  /** The same for a network with one classifier, where the library calls that differently than the first of two. */
  readonly ofOneHead?: Naming;
  /** Tensors that belong to the file but not to the network, and what they are. */
  readonly unused?: readonly Leftover[];
}

/** What a file's tensors are in this project's names. */
export interface NamedWeights {
  readonly naming: Naming;
  readonly tensors: Weights;
  /** What stood before the body's names. */
  readonly prefix: string;
  /** What the file holds besides, in words, with the number of tensors. */
  readonly unused: ReadonlyMap<string, number>;
}

/** In which names a network with these classifiers is written for the library to load. */
export function writtenIn(naming: Naming, heads: readonly string[]): Naming {
  return (heads.length === 1 ? naming.ofOneHead : undefined) ?? naming.written ?? naming;
}

/** Every name stays as it is: the rules of the naming that is ours. */
export const unchanged: readonly Rename[] = Array.from({ length: 8 }, (_, dots) => {
  const pattern = Array.from({ length: dots + 1 }, () => '*').join('.');
  return { ours: pattern, theirs: pattern };
});

/** Our tensor for one of theirs, or for each of several that are stacked. */
interface Place {
  readonly ours: string;
  readonly rename: Rename;
  readonly position: number;
}

/**
 * Renames the tensors of a file. Every tensor is either renamed or one of those that are known not to be used.
 *
 * @throws AdarandError `model.unused-tensor` for the first that is neither, `model.missing-tensor` for an incomplete
 * stack. `file` is for messages.
 */
export function toOurs(
  naming: Naming,
  prefix: string,
  tensors: ReadonlyMap<string, Tensor>,
  file: string,
): NamedWeights {
  const renamed = new Map<string, Tensor<'float32'>>();
  const stacks = new Map<string, { rename: Rename; parts: (Tensor<'float32'> | undefined)[] }>();
  const unused = new Map<string, number>();
  for (const [name, tensor] of tensors) {
    const what = whatElse(naming, prefix, name);
    if (what !== undefined) {
      unused.set(what, (unused.get(what) ?? 0) + 1);
      continue;
    }
    const place = placeOf(naming, prefix, name);
    if (place === undefined) throw unknownTensor(name, tensor, naming, file);
    if (tensor.dtype !== 'float32')
      throw new AdarandError(
        'model.tensor-type',
        `${file} has ${tensor.dtype} numbers in ${name}, where float32 (or float16, bfloat16) is needed`,
        'Save the weights in one of these types.',
      );
    const { ours, rename, position } = place;
    const { theirs, form = same } = rename;
    if (typeof theirs === 'string') renamed.set(ours, form.toOurs(tensor));
    else {
      const stack = stacks.get(ours) ?? { rename, parts: theirs.map(() => undefined) };
      stack.parts[position] = tensor;
      stacks.set(ours, stack);
    }
  }
  for (const [ours, { rename, parts }] of stacks) {
    const { form = same } = rename;
    renamed.set(ours, form.toOurs(stacked(parts, [rename.theirs].flat().join(', '), file)));
  }
  return { naming, tensors: renamed, prefix, unused };
}

/** The opposite: our tensors under the names of a file. */
export function toTheirs(naming: Naming, prefix: string, weights: Weights): Map<string, Tensor<'float32'>> {
  const named = new Map<string, Tensor<'float32'>>();
  for (const [name, tensor] of weights) {
    const found = renameOf(naming, prefix, name);
    if (found === undefined)
      throw new AdarandError(
        'model.unused-tensor',
        `${name} has no name in ${naming.library}`,
        'The ONNX file of the same network has all of its tensors.',
      );
    const { names, form, shares } = found;
    const theirs = form.toTheirs(tensor);
    if (names.length === 1) named.set(at(names, 0), theirs);
    else for (const [i, piece] of pieces(theirs, shares).entries()) named.set(at(names, i), piece);
  }
  return named;
}

function placeOf(naming: Naming, prefix: string, name: string): Place | undefined {
  const inBody = name.startsWith(prefix) ? match(naming.body, name.slice(prefix.length)) : undefined;
  const before = wrapperOf(prefix);
  return inBody ?? (name.startsWith(before) ? match(naming.head, name.slice(before.length)) : undefined);
}

function match(renames: readonly Rename[], name: string): Place | undefined {
  for (const rename of renames) {
    const patterns = [rename.theirs].flat();
    for (const [position, pattern] of patterns.entries()) {
      const parts = wildcards(pattern, name);
      if (parts !== undefined) return { ours: filled(rename.ours, parts), rename, position };
    }
  }
  return undefined;
}

function renameOf(naming: Naming, prefix: string, ours: string) {
  for (const [renames, before] of [
    [naming.body, prefix],
    [naming.head, wrapperOf(prefix)],
  ] as const)
    for (const { ours: pattern, theirs, shares, form = same } of renames) {
      const parts = wildcards(pattern, ours);
      if (parts === undefined) continue;
      const names = [theirs].flat().map((their) => before + filled(their, parts));
      return { names, form, shares: shares ?? names.map(() => 1) };
    }
  return undefined;
}

function whatElse({ unused = [] }: Naming, prefix: string, name: string): string | undefined {
  const inside = name.startsWith(prefix);
  const below = inside ? name.slice(prefix.length) : name.slice(wrapperOf(name).length);
  return [...unused, ...leftovers].find(
    ({ pattern, outside = false, below: where }) =>
      !(outside && inside) && (where === undefined || (inside && where.test(prefix))) && pattern.test(below),
  )?.what;
}

/** What the stars of a pattern stand for, if the name is of that form. */
function wildcards(pattern: string, name: string): string[] | undefined {
  const expression = expressions.get(pattern) ?? new RegExp(`^${escaped(pattern)}$`);
  expressions.set(pattern, expression);
  return expression.exec(name)?.slice(1);
}

const expressions = new Map<string, RegExp>();

function escaped(pattern: string): string {
  return pattern.replaceAll('.', '[.]').replaceAll('*', '([^.]+)');
}

function filled(pattern: string, parts: readonly string[]): string {
  let next = 0;
  return pattern.replaceAll('*', () => at(parts, next++));
}

function unknownTensor(
  name: string,
  { dtype, shape }: Tensor,
  { library }: Naming,
  file: string,
): AdarandError {
  return new AdarandError(
    'model.unused-tensor',
    `${file} has a tensor ${name} (${dtype} [${shape}]) that this architecture, as ${library} names it, does not have`,
    'The network computes something else than what is known here; an ONNX export of it can be opened instead.',
  );
}

function stacked(
  parts: readonly (Tensor<'float32'> | undefined)[],
  names: string,
  file: string,
): Tensor<'float32'> {
  const all = parts.filter((part) => part !== undefined);
  const [, ...rest] = at(all, 0).shape;
  if (all.length < parts.length || all.some(({ shape }) => !sameShape(shape.slice(1), rest)))
    throw new AdarandError(
      'model.missing-tensor',
      `${file} should have ${parts.length} tensors of one width called ${names}`,
      'The file is not complete: download it again.',
    );
  const rows = all.reduce((sum, { shape }) => sum + at(shape, 0), 0);
  const data = new Float32Array(all.reduce((sum, part) => sum + part.data.length, 0));
  let offset = 0;
  for (const part of all) {
    data.set(part.data, offset);
    offset += part.data.length;
  }
  return { dtype: 'float32', shape: [rows, ...rest], data };
}

function pieces({ shape, data }: Tensor<'float32'>, shares: readonly number[]): Tensor<'float32'>[] {
  const [rows, rest] = [at(shape, 0), shape.slice(1)];
  const whole = shares.reduce((sum, share) => sum + share, 0);
  let before = 0;
  return shares.map((share) => {
    const [from, to] = [before / whole, (before + share) / whole];
    before += share;
    return {
      dtype: 'float32',
      shape: [(rows * share) / whole, ...rest],
      data: data.slice(Math.round(from * data.length), Math.round(to * data.length)),
    };
  });
}
