import type { DType, Tensor, Tensors } from '../graph/tensor.js';
import { float32 } from '../graph/tensor.js';
import type { Predictions, ReadTensor } from '../methods/host.js';
import type { BoundMethod } from '../methods/method.js';
import type { State } from '../runtime/state.js';
import type { Evaluator } from './evaluation.js';
import type { PixelBatch } from './feeds.js';
import { checkSample, checkStates, requireTensor } from './method-tensors.js';
import type { Outputs } from './outputs.js';
import { METHOD_PREFIX } from './state-names.js';
import type { SourceSampler } from './training-data.js';

/** What a method does on the host while a run trains: outside the graph, between steps and between epochs. */
export class MethodHost {
  readonly #method: BoundMethod;
  readonly #prepared: Tensors;
  readonly #state: State;
  readonly #seed: number;

  constructor(method: BoundMethod, prepared: Tensors, state: State, seed: number) {
    this.#method = method;
    this.#prepared = prepared;
    this.#state = state;
    this.#seed = seed;
  }

  /** Chooses the source images of a batch, for a method that does. */
  get sourceSampler(): SourceSampler | undefined {
    const { name, sourceSampler } = this.#method;
    if (sourceSampler === undefined) return undefined;
    return (targets, batch, available) => {
      const sample = sourceSampler({ targets, batch, seed: this.#seed, tensor: this.#tensor });
      return checkSample(name, sample, targets.length, available);
    };
  }

  /** Whether the method's callback is due after this epoch, counted from 1. */
  hasCallbackAfter(epoch: number): boolean {
    const { epochCallback } = this.#method;
    return epochCallback !== undefined && epoch % epochCallback.epochs === 0;
  }

  /** Gives the method's states their new values. */
  runCallback(predictions: Predictions): void {
    const { name, epochCallback } = this.#method;
    if (epochCallback === undefined) return;
    const next = checkStates(name, epochCallback.run(this.#tensor, predictions), (state) =>
      this.#current(state),
    );
    for (const [state, tensor] of Object.entries(next)) this.#state.set(METHOD_PREFIX + state, tensor);
  }

  #current(name: string): Tensor | undefined {
    return this.#state.has(METHOD_PREFIX + name) ? this.#state.get(METHOD_PREFIX + name) : undefined;
  }

  readonly #tensor: ReadTensor = <D extends DType = 'float32'>(name: string, dtype?: D) =>
    requireTensor<D>(
      this.#current(name) ?? this.#prepared[name],
      `${this.#method.name} has no tensor ${name}`,
      dtype,
    );
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
