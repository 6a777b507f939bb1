import type { Preprocessing } from '../../nn/network.js';
import type { RunRecord } from './record.js';
import type { RunFolder } from './run-folder.js';

/** A finished run's `model.onnx`, and what its `run.json` says of it. */
export interface RecordedModel {
  readonly file: string;
  readonly name: string;
  readonly modelType: string;
  readonly preprocessing: Preprocessing;
  readonly classes: readonly string[];
  readonly featureSize: number;
}

/** What a run has written of the classifier that is in its `model.onnx`. */
export function recordedModel({ model: file }: RunFolder, { model, data }: RunRecord): RecordedModel {
  const { name, modelType, preprocessing, featureSize } = model;
  return { file, name, modelType, preprocessing, classes: data.classes, featureSize };
}
