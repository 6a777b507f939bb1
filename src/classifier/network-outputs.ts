import { invariant } from '../errors.js';
import type { Head, Network } from '../nn/network.js';
import { compileRunModel } from '../run/use/compile-run-model.js';
import type { CompileOptions } from '../runtime/program.js';
import type { Outputs } from './messages.js';

/** As many as `predict` computes together. */
export const LARGEST_BATCH = 16;

/**
 * Outputs for the pixels of up to `LARGEST_BATCH` images, by a program for the next power of two, so that at most half of
 * a batch is padding. The program for one image is there from the beginning, the others when they are first needed; all
 * read the same weights.
 */
export async function networkOutputs(
  model: { readonly network: Network; readonly head: Head },
  compile: CompileOptions,
): Promise<(pixels: readonly Uint8Array[]) => Promise<Outputs[]>> {
  const programs = new Map([[1, await compileRunModel(model, 1, compile)]]);
  const programFor = async (count: number) => {
    const size = 2 ** Math.ceil(Math.log2(count));
    const known = programs.get(size);
    if (known !== undefined) return { size, ...known };
    const program = await compileRunModel(model, size, compile);
    programs.set(size, program);
    return { size, ...program };
  };
  const { imageSize } = model.network.preprocessing;
  return async (images) => {
    const { size, state, evaluator } = await programFor(images.length);
    const bytes = imageSize ** 2 * 3;
    const pixels = new Uint8Array(size * bytes);
    for (const [i, image] of images.entries()) pixels.set(image, i * bytes);
    const found: Outputs[] = [];
    const batch = { pixels, labels: new Int32Array(size), count: images.length };
    await evaluator.forBatch(state, batch, ({ logits, features }) =>
      found.push({ logits: logits.slice(), features: features.slice() }),
    );
    invariant(found.length === images.length, 'an output for each image');
    return found;
  };
}
