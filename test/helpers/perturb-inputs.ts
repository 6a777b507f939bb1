import { at } from '../../src/errors.js';
import type { MethodLossInputs, Numbers } from '../../src/training/method-loss.js';

/**
 * The same inputs with one number changed: element `i`, row-major, of what `methodLoss` calls `name` among its gradients.
 * What is not an input is a parameter of the method's own, in the given state.
 */
export function perturb(inputs: MethodLossInputs, name: string, i: number, change: number): MethodLossInputs {
  const { head, sourceBatch, parameters = [], featureMaps = {} } = inputs;
  const map = featureMaps[name];
  if (map !== undefined) return { ...inputs, featureMaps: { ...featureMaps, [name]: moved(map, i, change) } };
  if (parameters.some((parameter) => parameter.name === name))
    return {
      ...inputs,
      parameters: parameters.map((each) =>
        each.name === name ? { ...each, value: moved(each.value, i, change) } : each,
      ),
    };
  switch (name) {
    case 'features':
      return { ...inputs, features: movedRows(inputs.features, i, change) };
    case 'logits':
      return { ...inputs, logits: movedRows(inputs.logits ?? [], i, change) };
    case 'pretrainedLogits':
      return { ...inputs, pretrainedLogits: movedRows(inputs.pretrainedLogits ?? [], i, change) };
    case 'head.weight':
      return head === undefined
        ? inputs
        : { ...inputs, head: { ...head, weight: movedRows(head.weight, i, change) } };
    case 'head.bias':
      return head === undefined
        ? inputs
        : { ...inputs, head: { ...head, bias: head.bias.with(i, at(head.bias, i) + change) } };
    case 'sourceBatch.features':
      return sourceBatch === undefined
        ? inputs
        : {
            ...inputs,
            sourceBatch: { ...sourceBatch, features: movedRows(sourceBatch.features, i, change) },
          };
    default: {
      const value = Float64Array.from(inputs.state?.[name] ?? []);
      return { ...inputs, state: { ...inputs.state, [name]: value.with(i, at(value, i) + change) } };
    }
  }
}

function moved({ shape, data }: Numbers, i: number, change: number): Numbers {
  const values = Float64Array.from(data);
  return { shape, data: values.with(i, at(values, i) + change) };
}

function movedRows(rows: readonly (readonly number[])[], i: number, change: number): number[][] {
  const width = rows[0]?.length ?? 1;
  const row = Math.floor(i / width);
  return rows.map((each, r) => (r === row ? each.with(i % width, at(each, i % width) + change) : [...each]));
}
