import type { OnnxModel, OnnxNode } from '../onnx-import/decode.js';
import type { TokenChoice } from './tokens.js';

/** Operators that leave a token where it is: all but those that move, mix or make tokens. */
const inPlace: ReadonlySet<string> = new Set([
  'Add',
  'BatchNormalization',
  'Cast',
  'Clip',
  'Div',
  'Dropout',
  'Gelu',
  'Identity',
  'LayerNormalization',
  'Mul',
  'Pow',
  'Relu',
  'Sigmoid',
  'Sqrt',
  'Sub',
  'Tanh',
]);

interface Place {
  readonly name: string;
  /** Along which the tokens lie. */
  readonly axis: number;
}

/**
 * Which of the tokens [N,T,d] of a value its family takes as features: the first where the file stores it and puts it
 * before what it makes of the images, else the mean.
 */
export function tokenChoice(name: string, model: OnnxModel): TokenChoice {
  const fromImages = valuesFromImages(model);
  const places: Place[] = [{ name, axis: 1 }];
  const seen = new Set<string>();
  let cutOff = false;
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    const key = `${place.axis} ${place.name}`;
    const node = model.producers.get(place.name);
    if (node === undefined || seen.has(key)) continue;
    seen.add(key);
    const before = placesBefore(node, place, model);
    if (before === 'not the first') cutOff = true;
    else if (joinsTokens(node, place.axis) && !fromImages.has(node.inputs[0] ?? '')) return 'class token';
    else places.push(...before.filter(({ name }) => fromImages.has(name)));
  }
  const joinsStored = [...new Set(model.producers.values())].some(
    (node) => joinsTokens(node, 1) && joinsStoredWithImages(node, fromImages),
  );
  return cutOff || !joinsStored ? 'mean' : 'unclear';
}

/** Where the first token comes from. */
function placesBefore(
  node: OnnxNode,
  { name, axis }: Place,
  model: OnnxModel,
): readonly Place[] | 'not the first' {
  const { type, inputs, outputs, attributes } = node;
  const [first = '', second = ''] = inputs;
  if (inPlace.has(type)) return inputs.map((each) => ({ name: each, axis }));
  switch (type) {
    case 'Concat': {
      const joined = Number(attributes.get('axis')?.i);
      return (joined === axis ? [first] : inputs).map((each) => ({ name: each, axis }));
    }
    case 'Gemm':
    case 'MatMul':
      return model.constants.has(second) ? [{ name: first, axis }] : [];
    case 'Slice':
      return startsAt(node, axis, model) === 0 ? [{ name: first, axis }] : 'not the first';
    case 'Split':
      return outputs[0] === name ? [{ name: first, axis }] : 'not the first';
    case 'Transpose': {
      const before = attributes.get('perm')?.ints[axis];
      return before === undefined ? [] : [{ name: first, axis: Number(before) }];
    }
    default:
      return [];
  }
}

/** Where a Slice begins along an axis; undefined where that is not stored. */
function startsAt(
  { inputs, attributes }: OnnxNode,
  axis: number,
  { constants }: OnnxModel,
): number | undefined {
  const stored = (name: string, i: number) => {
    const numbers = attributes.get(name)?.ints ?? constants.get(inputs[i] ?? '')?.data;
    return numbers && Array.from(numbers, Number);
  };
  const starts = stored('starts', 1);
  const axes = stored('axes', 3) ?? starts?.map((_, i) => i);
  const i = axes?.indexOf(axis);
  return i === -1 ? 0 : i === undefined ? undefined : starts?.[i];
}

function joinsTokens({ type, attributes }: OnnxNode, axis: number): boolean {
  return type === 'Concat' && Number(attributes.get('axis')?.i) === axis;
}

function joinsStoredWithImages({ inputs }: OnnxNode, fromImages: ReadonlySet<string>): boolean {
  const made = inputs.filter((name) => fromImages.has(name)).length;
  return made > 0 && made < inputs.length;
}

/** Values that are made of what the images show, and not just of their size. */
function valuesFromImages({ inputs, producers }: OnnxModel): ReadonlySet<string> {
  const readers = new Map<string, OnnxNode[]>();
  for (const node of new Set(producers.values()))
    for (const name of node.inputs) readers.set(name, [...(readers.get(name) ?? []), node]);
  const found = new Set(inputs.map(({ name }) => name));
  const waiting = [...found];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop())
    for (const node of readers.get(name) ?? []) {
      const [first, shape] = node.inputs;
      // What is repeated to the shape of something has nothing of it.
      const isShape =
        node.type === 'Shape' ||
        node.type === 'Size' ||
        (node.type === 'Expand' && name === shape && first !== shape);
      if (isShape) continue;
      for (const output of node.outputs)
        if (output !== '' && !found.has(output)) {
          found.add(output);
          waiting.push(output);
        }
    }
  return found;
}
