import type { EpochOutputs, Outputs } from './outputs.js';

/** Where features go that are kept; the trainer knows nothing of files. */
export interface FeatureStore {
  /** Whether those of an epoch are kept, 0 for what training begins with; `isLast`: training ends with it. */
  keeps(epoch: number, isLast: boolean): boolean;
  saveEpoch(epoch: number, outputs: EpochOutputs): Promise<void>;
  /** Of the epoch whose parameters were tested. */
  saveTest(epoch: number, outputs: Outputs): Promise<void>;
}
