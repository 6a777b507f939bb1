import { at, invariant } from '../../../errors.js';
import { interpret } from '../../../graph/interpret.js';
import type { ReferenceTensor } from '../../../graph/operator.js';
import type { Tensor } from '../../../graph/tensor.js';
import { topologicalOrder, type Value } from '../../../graph/value.js';
import { PIXEL_VALUES } from '../classifier-graph.js';

/** What a value of a classifier's graph is made of. */
export class Origins {
  readonly #ofImages = new Set<Value>();
  readonly #ofParameters = new Set<Value>();

  constructor(outputs: readonly Value[]) {
    const mark = (value: Value) => {
      if (value.origin.kind !== 'input') return;
      (value.origin.name === PIXEL_VALUES ? this.#ofImages : this.#ofParameters).add(value);
    };
    for (const node of topologicalOrder(outputs)) {
      node.inputs.forEach(mark);
      for (const set of [this.#ofImages, this.#ofParameters])
        if (node.inputs.some((value) => set.has(value))) for (const output of node.outputs) set.add(output);
    }
  }

  /** Whether the images have a part in it. */
  isOfImages(value: Value): boolean {
    return this.#ofImages.has(value);
  }

  /** Whether it is known when the file is written, and trained tensors have a part in it. */
  isWeight(value: Value): boolean {
    return this.#ofParameters.has(value) && !this.#ofImages.has(value);
  }
}

/** The content of a value that depends on stored tensors only, in double precision. */
export function storedContent(value: Value, stored: ReadonlyMap<string, Tensor>): ReferenceTensor {
  const feeds = new Map<string, Float64Array>();
  const names = [value, ...topologicalOrder([value]).flatMap(({ inputs }) => inputs)].flatMap(({ origin }) =>
    origin.kind === 'input' ? [origin.name] : [],
  );
  for (const name of names) {
    const tensor = stored.get(name);
    invariant(tensor !== undefined, `${name} is stored`);
    feeds.set(name, Float64Array.from(tensor.data, Number));
  }
  return { shape: value.shape, data: at(interpret([value], feeds), 0) };
}
