import { rewrite } from '../../../graph/rewrite.js';
import { apply, type Value } from '../../../graph/value.js';
import { PIXEL_VALUES } from '../classifier-graph.js';

/** Values of a classifier's graph, computed of other images than its input. */
export function withImages(values: readonly Value[], images: Value): Value[] {
  const isInput = ({ origin }: Value) => origin.kind === 'input' && origin.name === PIXEL_VALUES;
  const replaced = rewrite(values, ({ operator, attributes }, inputs) =>
    inputs.some(isInput)
      ? apply(
          operator,
          inputs.map((value) => (isInput(value) ? images : value)),
          attributes,
        )
      : undefined,
  );
  return replaced.map((value) => (isInput(value) ? images : value));
}
