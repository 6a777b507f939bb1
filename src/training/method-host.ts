import { AdarandError } from '../errors.js';
import type { DType, Tensor, Tensors, TensorType } from '../graph/tensor.js';
import { float32 } from '../graph/tensor.js';
import type { Predictions, ReadTensor } from '../methods/host.js';
import type { BoundMethod } from '../methods/method.js';
import type { State } from '../runtime/state.js';
import type { Evaluator } from './evaluation.js';
import type { PixelBatch } from './feeds.js';
import { checkSample, checkStates, requireTensor } from './method-tensors.js';
import type { Outputs } from './outputs.js';
import { METHOD_PREFIX } from './state-names.js';
import type { Stepper } from './stepper.js';
import type { SourceSampler } from './training-data.js';

/** What a method does on the host while a run trains: outside the graph, between steps and between epochs. */
export class MethodHost {
  readonly #method: BoundMethod;
  readonly #prepared: Tensors;
  readonly #stepper: Pick<Stepper, 'state' | 'updated'>;
  readonly #seed: number;

  constructor(
    method: BoundMethod,
    prepared: Tensors,
    stepper: Pick<Stepper, 'state' | 'updated'>,
    seed: number,
  ) {
    this.#method = method;
    this.#prepared = prepared;
    this.#stepper = stepper;
    this.#seed = seed;
  }

  /** Chooses the source images of a batch, for a method that does. */
  get sourceSampler(): SourceSampler | undefined {
    const { name, sourceSampler } = this.#method;
    if (sourceSampler === undefined) return undefined;
    return (targets, batch, available) => {
      const sample = sourceSampler({ targets, batch, seed: this.#seed, tensor: this.#untouched });
      return checkSample(name, sample, targets.length, available);
    };
  }

  /** Whether the method's callback is due after this epoch, counted from 1. */
  hasCallbackAfter(epoch: number): boolean {
    const { epochCallback } = this.#method;
    return epochCallback !== undefined && epoch % epochCallback.epochs === 0;
  }

  /** Gives the method's states their new values. */
  async runCallback(predictions: Predictions): Promise<void> {
    const { name, epochCallback } = this.#method;
    if (epochCallback === undefined) return;
    const { state } = this.#stepper;
    const declared = epochCallback.reads ?? [];
    const unknown = declared.find((each) => !state.has(METHOD_PREFIX + each));
    if (unknown !== undefined)
      throw new AdarandError(
        'method.no-tensor',
        `${name}: \`reads\` of epochCallback names ${unknown}, which is not one of its states`,
        `Make it with \`state\` in the loss, or leave it out of \`reads\`.`,
      );
    const read = await state.read(declared.map((each) => METHOD_PREFIX + each));
    const tensor = this.#reader((own) => {
      const found = read.get(own);
      if (found !== undefined) return found;
      throw new AdarandError(
        'method.no-tensor',
        `${name}: epochCallback.run reads the state ${own.slice(METHOD_PREFIX.length)}, which \`reads\` does not name`,
        'Add it to `reads` of epochCallback.',
      );
    });
    const next = checkStates(name, epochCallback.run(tensor, predictions), (each) => this.#typeOf(each));
    for (const [each, value] of Object.entries(next)) state.set(METHOD_PREFIX + each, value);
  }

  #typeOf(name: string): TensorType | undefined {
    const { state } = this.#stepper;
    return state.has(METHOD_PREFIX + name) ? state.typeOf(METHOD_PREFIX + name) : undefined;
  }

  /** Reads what no step updates, and so no device has to itself. */
  readonly #untouched = this.#reader((own) => {
    const { state, updated } = this.#stepper;
    if (!updated.has(own)) return state.get(own);
    throw new AdarandError(
      'method.no-tensor',
      `${this.#method.name}: sourceSampler reads the state ${own.slice(METHOD_PREFIX.length)}, which steps update`,
      'Choose images by what no step changes: a tensor of `prepare`, or a state that epochCallback sets.',
    );
  });

  /** Reads tensors of the method's, states by `stateOf`, which is given a name of the step's. */
  #reader(stateOf: (own: string) => Tensor): ReadTensor {
    return <D extends DType = 'float32'>(name: string, dtype?: D) =>
      requireTensor<D>(
        this.#stepper.state.has(METHOD_PREFIX + name) ? stateOf(METHOD_PREFIX + name) : this.#prepared[name],
        `${this.#method.name} has no tensor ${name}`,
        dtype,
      );
  }
}

/** The network's logits for labelled images, in their order. */
export async function predictAll(
  evaluator: Evaluator,
  state: State,
  images: AsyncIterable<PixelBatch>,
  classes: number,
): Promise<Predictions> {
  const logits: number[] = [];
  const labels: number[] = [];
  await evaluator.forEach(state, images, (prediction) => {
    logits.push(...prediction.logits);
    labels.push(prediction.label);
  });
  return { logits: float32([labels.length, classes], logits), labels: Int32Array.from(labels) };
}

/** The same, of images that were classified already. */
export function predictionsOf({ logits, labels }: Outputs): Predictions {
  return { logits, labels: Int32Array.from(labels) };
}
