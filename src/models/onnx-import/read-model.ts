import { decodeOnnx, type OnnxModel } from './decode.js';
import type { ExternalData } from './external-data.js';
import { withGelu } from './own-gelu.js';
import { withBlocks } from './scatter-block.js';
import { unreserved } from './unreserved.js';
import { withoutHalving } from './without-halving.js';

/** A file as it is imported: what others write in many nodes is one again, and its names are free. */
export function readModel(
  bytes: Uint8Array,
  name: string,
  external: ExternalData | undefined,
): { readonly model: OnnxModel; readonly halved: boolean } {
  return withoutHalving(unreserved(withBlocks(withGelu(decodeOnnx(bytes, name, external)))));
}
