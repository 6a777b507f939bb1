import { float32, type Shape, type Tensor } from '../../src/graph/tensor.js';
import { tensorOf } from './lcg.js';
import { type OnnxFile, type OnnxFileNode, onnxFile } from './onnx-fixtures.js';

const random = (seed: number, shape: Shape) => tensorOf({ shape, seed, scale: 0.5, offset: 0.1 });

const weights = {
  'conv.w': random(1, [4, 3, 3, 3]),
  'conv.b': random(2, [4]),
  'bn.s': random(3, [4]),
  'bn.b': random(4, [4]),
  'bn.m': random(5, [4]),
  'bn.v': float32([4], [0.5, 1, 2, 1]),
  'hidden.w': random(6, [4, 6]),
  'hidden.b': random(7, [6]),
  'fc.w': random(8, [6, 5]),
  'fc.b': random(9, [5]),
};

export type ClassifierWeight = keyof typeof weights;

export interface ClassifierChanges {
  /** In the place of these weights. */
  readonly weights?: Readonly<Partial<Record<ClassifierWeight, Tensor>>>;
  /** Other names for weights. */
  readonly names?: Readonly<Partial<Record<ClassifierWeight, string>>>;
  readonly pads?: readonly number[];
  readonly side?: number;
}

/** An ONNX classifier of 8 x 8 images: Conv, BatchNormalization, Relu, pooling, a hidden layer and the head. */
export function classifierFile({ weights: other = {}, names = {}, pads, side = 8 }: ClassifierChanges = {}) {
  const nameOf = (weight: ClassifierWeight) => names[weight] ?? weight;
  const [w, b] = [nameOf('conv.w'), nameOf('conv.b')];
  const norm = (['bn.s', 'bn.b', 'bn.m', 'bn.v'] as const).map(nameOf);
  const nodes: OnnxFileNode[] = [
    { type: 'Conv', inputs: ['x', w, b], outputs: ['c'], attributes: { pads: pads ?? [1, 1, 1, 1] } },
    { type: 'BatchNormalization', inputs: ['c', ...norm], outputs: ['n'] },
    { type: 'Relu', inputs: ['n'], outputs: ['r'] },
    { type: 'GlobalAveragePool', inputs: ['r'], outputs: ['p'] },
    { type: 'Flatten', inputs: ['p'], outputs: ['f'] },
    { type: 'Gemm', inputs: ['f', nameOf('hidden.w'), nameOf('hidden.b')], outputs: ['h'] },
    { type: 'Gemm', inputs: ['h', nameOf('fc.w'), nameOf('fc.b')], outputs: ['z'] },
  ];
  const file: OnnxFile = {
    nodes,
    initializers: Object.fromEntries(
      Object.entries({ ...weights, ...other }).map(([name, tensor]) => [renamed(name, names), tensor]),
    ),
    inputs: { x: ['batch', 3, side, side] },
    outputs: ['z'],
  };
  return onnxFile(file);
}

function renamed(name: string, names: Readonly<Record<string, string>>): string {
  return names[name] ?? name;
}
