import { join } from 'node:path';
import { packageFolder } from '../package.js';

/** Models that come with the package, by the name that `--model` takes. */
export const builtinModels = {
  /** A small ResNet for 20 x 20 images, pretrained on Fashion-MNIST by `tools/sample/pretrain.ts`. */
  sample: join(packageFolder(), 'assets', 'sample-backbone'),
} as const;

/** The folder of a built-in model, or the reference itself. */
export function resolveModel(reference: string): string {
  return isBuiltin(reference) ? builtinModels[reference] : reference;
}

function isBuiltin(reference: string): reference is keyof typeof builtinModels {
  return Object.hasOwn(builtinModels, reference);
}
