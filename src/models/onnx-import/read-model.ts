import { decodeOnnx, type OnnxModel } from './decode.js';
import type { ExternalData } from './external-data.js';
import { withGelu } from './own-gelu.js';
import { withBlocks } from './scatter-block.js';
import { unreserved } from './unreserved.js';
import { type WithoutHalving, withoutHalving } from './without-halving.js';

/** A file as it is imported, and what it takes itself, by its own names. */
export interface ReadModel extends WithoutHalving {
  readonly inputs: OnnxModel['inputs'];
}

/** A file as it is imported: what others write in many nodes is one again, and its names are free. */
export function readModel(bytes: Uint8Array, name: string, external: ExternalData | undefined): ReadModel {
  const decoded = decodeOnnx(bytes, name, external);
  return { ...withoutHalving(unreserved(withBlocks(withGelu(decoded)))), inputs: decoded.inputs };
}
