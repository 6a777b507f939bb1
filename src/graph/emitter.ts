import type { Device } from './device.js';
import type { Shape } from './tensor.js';

/** ONNX attributes are typed: integers are plain numbers, floats are marked. */
export type OnnxAttribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] };

export type OnnxAttributes = Readonly<Record<string, OnnxAttribute>>;

/** What an operator's `emit` writes with. */
export interface Emitter {
  readonly device: Device;
  /** Adds an ONNX node of one output and returns its name; an empty input name is an omitted optional input. */
  op(
    type: string,
    inputs: readonly string[],
    attributes?: OnnxAttributes,
    options?: { readonly domain?: 'com.microsoft' | 'com.microsoft.nchwc' },
  ): readonly [string];
  /** Adds an ONNX node of `count` outputs and returns their names. */
  severalOutputs(
    count: number,
    type: string,
    inputs: readonly string[],
    attributes: OnnxAttributes,
  ): readonly string[];
  /** A 1-D int64 constant. */
  int64(values: readonly number[]): string;
  /** A float32 constant; a scalar unless a shape is given. */
  float32(value: number, shape?: Shape): string;
}
