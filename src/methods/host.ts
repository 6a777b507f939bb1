import type { DType, Tensor, Tensors } from '../graph/tensor.js';

/**
 * Reads a tensor of the method's: the current value of a state, else what `prepare` made. float32 unless given.
 *
 * @throws AdarandError `method.no-tensor`.
 */
export type ReadTensor = <D extends DType = 'float32'>(name: string, dtype?: D) => Tensor<D>;

/** All that the choice of a batch's source images may depend on, so that a run can be resumed. */
export interface SourceSamplerContext {
  /** The batch's images, as positions in the training set: as many source images are to be chosen. */
  readonly targets: Int32Array;
  /** Counted over the whole run, from 0. */
  readonly batch: number;
  readonly seed: number;
  /** Of states, only those that no step updates: images are chosen before the steps that precede theirs have run. */
  readonly tensor: ReadTensor;
}

/** The network's output for the training images, un-augmented, in their order. */
export interface Predictions {
  /** [n, K] */
  readonly logits: Tensor<'float32'>;
  /** [n] */
  readonly labels: Int32Array;
}

/** Gives states new values after every few epochs, from the predictions of the network as it is then. */
export interface EpochCallback {
  /** Called after every so many epochs, the last one excepted. */
  readonly epochs: number;
  /** Names of the states that `run` reads. A device keeps its tensors to itself: these are copied to the host before. */
  readonly reads?: readonly string[];
  /** The new value of each state that changes, by name. */
  run(tensor: ReadTensor, predictions: Predictions): Tensors;
}
