import { AdarandError } from '../errors.js';
import type { Shape } from './tensor.js';

/*
 * Readers of shapes whose rank is known: `const [batch, channels, height, width] = nchw(x.shape)`. `name` says whose
 * shape it is in the error message.
 */

/** [N,C,H,W]: feature maps; also [K,C,kh,kw], a convolution's kernels. */
export function nchw(shape: Shape, name = 'a value'): readonly [number, number, number, number] {
  const [batch, channels, height, width] = shape;
  if (
    batch === undefined ||
    channels === undefined ||
    height === undefined ||
    width === undefined ||
    shape.length !== 4
  )
    throw unexpected(shape, name, 'of four axes [N,C,H,W]');
  return [batch, channels, height, width];
}

/** [rows, columns]. */
export function matrix(shape: Shape, name = 'a value'): readonly [number, number] {
  const [rows, columns] = shape;
  if (rows === undefined || columns === undefined || shape.length !== 2)
    throw unexpected(shape, name, 'a matrix [rows, columns]');
  return [rows, columns];
}

/** [size]. */
export function vector(shape: Shape, name = 'a value'): readonly [number] {
  const [size] = shape;
  if (size === undefined || shape.length !== 1) throw unexpected(shape, name, 'a vector [size]');
  return [size];
}

/** Of a stack of matrices [..., rows, columns], the last two axes. */
export function lastTwo(shape: Shape, name = 'a value'): readonly [number, number] {
  if (shape.length < 2) throw unexpected(shape, name, 'of two or more axes [..., rows, columns]');
  return matrix(shape.slice(-2), name);
}

/** Of rows [..., size], the last axis. */
export function lastAxis(shape: Shape, name = 'a value'): number {
  const size = shape.at(-1);
  if (size === undefined) throw unexpected(shape, name, 'of one or more axes [..., size]');
  return size;
}

/** A list of two sizes, for height and width: strides, dilations, a window. */
export function heightWidth(list: readonly number[], name = 'a list'): readonly [number, number] {
  const [height, width] = list;
  if (height === undefined || width === undefined || list.length !== 2 || !list.every(Number.isInteger))
    throw unexpected(list, name, 'two whole numbers [height, width]');
  return [height, width];
}

/** A list of four sizes, one for each edge of a map: pads. */
export function edges(
  list: readonly number[],
  name = 'a list',
): readonly [top: number, left: number, bottom: number, right: number] {
  const [top, left, bottom, right] = list;
  if (
    top === undefined ||
    left === undefined ||
    bottom === undefined ||
    right === undefined ||
    list.length !== 4 ||
    !list.every(Number.isInteger)
  )
    throw unexpected(list, name, 'four whole numbers [top, left, bottom, right]');
  return [top, left, bottom, right];
}

/** Refuses what cannot be a shape: sizes are whole numbers, and none is negative. */
export function requireSizes(operator: string, shape: readonly number[]): void {
  if (!shape.every((size) => Number.isInteger(size) && size >= 0))
    throw new AdarandError(
      'graph.shape',
      `${operator}: [${shape}] is not a shape`,
      'A shape is a list of whole numbers, none negative; a size is never left open.',
    );
}

function unexpected(shape: readonly number[], name: string, expected: string): AdarandError {
  return new AdarandError(
    'graph.shape',
    `${name} [${shape}] is not ${expected}`,
    'Bring it into that shape first, with reshape or transpose.',
  );
}
