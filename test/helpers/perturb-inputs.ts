import { at } from '../../src/errors.js';
import { isMethodName, methods } from '../../src/methods/index.js';
import type { MethodLossInputs, Numbers } from '../../src/training/method-loss.js';
import { methodLoss } from '../../src/training/method-loss.js';

/**
 * The same inputs with one number changed: element `i`, row-major, of what `methodLoss` calls `name` among its gradients.
 * What is not an input is a parameter of the method's own, whose initial value is in its state.
 */
export function perturb(
  inputs: MethodLossInputs,
  method: string,
  name: string,
  i: number,
  change: number,
): MethodLossInputs {
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
      if (!isMethodName(method)) throw new Error(`no method ${method}`);
      // Before any update it has its initial value: a step of plain interpretation changes no parameter.
      const initial = methodLoss(methods[method], inputs).nextState[name];
      if (initial === undefined) throw new Error(`${method} has no ${name}`);
      return { ...inputs, state: { ...inputs.state, [name]: initial.with(i, at(initial, i) + change) } };
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
