import type { Tensor } from '../graph/tensor.js';

/** Where a run stands: together with the state's tensors, all that a resumed run needs to go on bit for bit. */
export interface Position {
  /** Epochs completed. */
  epoch: number;
  /** Batches done in the epoch that is under way. */
  batch: number;
  /** Sums of the metrics over those batches. */
  sums: Record<string, number>;
  best: { epoch: number; accuracy: number; loss: number } | undefined;
}

/** Where checkpoints go; the trainer knows nothing of files. */
export interface CheckpointStore {
  saveLast(tensors: ReadonlyMap<string, Tensor>, position: Position): Promise<void>;
  saveBest(tensors: ReadonlyMap<string, Tensor>, position: Position): Promise<void>;
  loadBest(): Promise<ReadonlyMap<string, Tensor>>;
}
