import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backboneReferenceSchema } from '../../test/helpers/backbone-reference.js';
import { readGolden } from '../../test/helpers/golden.js';
import { tensorOf } from '../../test/helpers/lcg.js';
import { parseConfig } from './config.js';
import { networkOf } from './detect.js';

function opened(name: string, { withConfig }: { readonly withConfig: boolean }) {
  const { tensors = [], config } = readGolden(name, backboneReferenceSchema);
  const file = new Map(tensors.map((recipe) => [recipe.name, tensorOf(recipe)]));
  const parsed = withConfig ? parseConfig(JSON.stringify(config), 'config.json') : undefined;
  return networkOf(file, name, { config: parsed?.architecture });
}

for (const name of ['backbone-siglip-transformers', 'backbone-siglip-timm', 'backbone-clip-transformers'])
  test(`${name} without its config.json, which has the activation, is refused`, () => {
    assert.throws(() => opened(name, { withConfig: false }), {
      code: 'model.architecture',
      message: /uses (QuickGELU|GELU or its approximation by tanh) cannot be seen/,
    });
  });

test('what classifiers on CLIP and SigLIP do not see is named', () => {
  const notes = (name: string) => opened(name, { withConfig: true }).notes?.join('\n') ?? '';
  assert.match(notes('backbone-clip-transformers-classifier'), /the last LayerNorm, .* \(2 tensors\)/);
  assert.match(notes('backbone-siglip-transformers-classifier'), /the attention pooling, .* \(11 tensors\)/);
});
