import { joined } from '../../graph/onnx/serialize.js';
import { onnxPieces } from '../../graph/onnx/write.js';
import {
  type ClassifierGraph,
  classifierGraph,
  type ExportedModel,
  PIXEL_VALUES,
} from './classifier-graph.js';

export type { ExportedModel } from './classifier-graph.js';

export interface ExportOnnxOptions {
  /** Whether the file takes images of twice the network's size, and halves them itself. Default false. */
  readonly halve?: boolean;
}

/**
 * The classifier as an ONNX file for inference, with its weights inside: input `pixel_values` [batch,3,S,S]
 * (normalised), outputs `logits` [batch,K] and `features` [batch,d], for any batch size; S is the network's image size,
 * or twice that. BatchNorm uses its running statistics. Only operators that ONNX Runtime has on every device are used.
 *
 * @throws AdarandError `export.fixed-batch`.
 */
export function exportOnnx(model: ExportedModel, options?: ExportOnnxOptions): Uint8Array {
  return joined(exportPieces(model, options));
}

/** The same file in pieces, which hold the weights themselves: no copy of them is made. */
export function exportPieces(
  model: ExportedModel,
  { halve = false }: ExportOnnxOptions = {},
): readonly Uint8Array[] {
  return classifierPieces(classifierGraph(model, { halve }));
}

/** A classifier's graph as an ONNX file for any batch size, in pieces. */
export function classifierPieces({ logits, features, stored }: ClassifierGraph): readonly Uint8Array[] {
  return onnxPieces(
    {
      outputs: new Map([
        ['logits', logits],
        ['features', features],
      ]),
      initializers: stored,
      freeBatch: new Set([PIXEL_VALUES, 'logits', 'features']),
    },
    'webgpu',
  );
}
