import type { LabelledLogits } from '../analysis/temperature.js';
import { float32, type Tensor } from '../graph/tensor.js';
import type { Prediction } from './evaluation.js';

/** What a network says of the images of a split, in their order, and what they are: K classes, d features. */
export class Outputs {
  readonly labels: number[] = [];
  readonly #classes: number;
  readonly #logits: GrowingRows;
  readonly #features: GrowingRows;

  constructor(classes: number, featureSize: number) {
    this.#classes = classes;
    this.#logits = new GrowingRows(classes);
    this.#features = new GrowingRows(featureSize);
  }

  /** A copy of one image's result becomes the next row. */
  readonly add = ({ logits, features, label }: Prediction): void => {
    this.#logits.push(logits);
    this.#features.push(features);
    this.labels.push(label);
  };

  /** [n, K] */
  get logits(): Tensor<'float32'> {
    return this.#logits.matrix;
  }

  get samples(): LabelledLogits {
    return { logits: this.logits.data, labels: this.labels, classes: this.#classes };
  }

  /** [n, d] */
  get features(): Tensor<'float32'> {
    return this.#features.matrix;
  }
}

/** What the network of an epoch says of the images, un-augmented. */
export interface EpochOutputs {
  readonly train: Outputs;
  /** Undefined without validation images. */
  readonly val: Outputs | undefined;
}

/** Rows of a matrix whose number is not known before. */
class GrowingRows {
  readonly #width: number;
  #data: Float32Array<ArrayBuffer>;
  #rows = 0;

  constructor(width: number) {
    this.#width = width;
    this.#data = new Float32Array(64 * width);
  }

  push(row: Float32Array): void {
    const start = this.#rows * this.#width;
    if (start === this.#data.length) {
      const longer = new Float32Array(2 * this.#data.length);
      longer.set(this.#data);
      this.#data = longer;
    }
    this.#data.set(row, start);
    this.#rows += 1;
  }

  get matrix(): Tensor<'float32'> {
    return float32([this.#rows, this.#width], this.#data.subarray(0, this.#rows * this.#width));
  }
}
