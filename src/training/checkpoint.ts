import type { Tensor } from '../graph/tensor.js';

/** How far a run has come: together with the state's tensors, all that a resumed run needs to go on bit for bit. */
export interface Position {
  /** Epochs completed. */
  epoch: number;
  /** Batches done in the current epoch. */
  batch: number;
  /** Sums of the metrics over those batches. */
  sums: Record<string, number>;
  /** The best epoch by validation; 0 is what training began with. Undefined before the first one, and where there are no validation images. */
  best: BestEpoch | undefined;
}

/** Where every run begins. */
export function start(): Position {
  return { epoch: 0, batch: 0, sums: {}, best: undefined };
}

export interface BestEpoch {
  readonly epoch: number;
  /** 0 to 1. */
  readonly accuracy: number;
  /** Mean over classes; runs of version 0.1.0 lack it. */
  readonly balancedAccuracy?: number | undefined;
  /** Mean cross-entropy, nats. */
  readonly loss: number;
  /** That fits its validation images, where that was asked for and one does. */
  readonly temperature?: number | undefined;
}

/** Where checkpoints go; the trainer knows nothing of files. */
export interface CheckpointStore {
  saveLast(tensors: ReadonlyMap<string, Tensor>, position: Position): Promise<void>;
  saveBest(tensors: ReadonlyMap<string, Tensor>, position: Position): Promise<void>;
  loadBest(): Promise<ReadonlyMap<string, Tensor>>;
}
