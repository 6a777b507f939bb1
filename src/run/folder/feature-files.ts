import { join } from 'node:path';
import { writeError } from '../../files/atomic.js';
import { makeFolder } from '../../files/make-folder.js';
import { writeSafetensors } from '../../files/safetensors.js';
import { int32, type Tensor } from '../../graph/tensor.js';
import type { FeatureStore } from '../../training/feature-store.js';
import type { EpochOutputs, Outputs } from '../../training/outputs.js';
import type { KeptEpochs } from '../options/kept-epochs.js';
import type { RunInputs } from '../prepare/run-inputs.js';
import { imageListDigest } from './image-list.js';
import type { RunFolder } from './run-folder.js';

/**
 * `features/epoch-N.safetensors` and `features/test.safetensors`: for each split `S_features` [n, d], float32, and `S_labels`
 * [n], int32. Row i is the i-th line of that split in `images.jsonl`; the metadata has that file's SHA-256, the classes
 * and the epoch.
 */
export class FeatureFiles implements FeatureStore {
  readonly #folder: RunFolder;
  readonly #epochs: KeptEpochs;
  readonly #classes: readonly string[];
  readonly #listDigest: string;

  constructor(folder: RunFolder, epochs: KeptEpochs, inputs: Pick<RunInputs, 'dataset' | 'source'>) {
    this.#folder = folder;
    this.#epochs = epochs;
    this.#classes = inputs.dataset.classes;
    this.#listDigest = imageListDigest(inputs);
  }

  keeps(epoch: number, isLast: boolean): boolean {
    return this.#epochs.includes(epoch, isLast);
  }

  saveEpoch(epoch: number, { train, val }: EpochOutputs): Promise<void> {
    return this.#save(join(this.#folder.features, `epoch-${epoch}.safetensors`), epoch, {
      train,
      ...(val !== undefined && { val }),
    });
  }

  saveTest(epoch: number, test: Outputs): Promise<void> {
    return this.#save(this.#folder.testFeatures, epoch, { test });
  }

  /** @throws AdarandError `files.disk-full`, `files.write`. */
  async #save(path: string, epoch: number, splits: Readonly<Record<string, Outputs>>): Promise<void> {
    const { features } = this.#folder;
    await makeFolder(features).catch((error: unknown) => {
      throw writeError(features, error);
    });
    const tensors = new Map<string, Tensor>();
    for (const [split, outputs] of Object.entries(splits)) {
      tensors.set(`${split}_features`, outputs.features);
      tensors.set(`${split}_labels`, int32([outputs.labels.length], outputs.labels));
    }
    await writeSafetensors(path, tensors, {
      epoch: String(epoch),
      classes: JSON.stringify(this.#classes),
      images_sha256: this.#listDigest,
    });
  }
}
