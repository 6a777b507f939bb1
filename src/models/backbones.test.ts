import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { backboneReferenceSchema, distancesFrom } from '../../test/helpers/backbone-reference.js';
import { goldenFolder, readGolden } from '../../test/helpers/golden.js';
import { tensorOf } from '../../test/helpers/lcg.js';
import { isReserved } from '../training/reserved-names.js';
import { parseConfig } from './config.js';
import { networkOf } from './detect.js';

const names = readdirSync(goldenFolder())
  .filter((file) => file.startsWith('backbone-'))
  .map((file) => file.replace('.json', ''));

test('there are references of every library', () => {
  for (const library of ['timm', 'torchvision', 'transformers'])
    assert.ok(names.some((name) => name.includes(library)));
});

for (const name of names)
  test(`${name}: features, logits, gradients and running statistics agree with PyTorch`, async () => {
    const reference = readGolden(name, backboneReferenceSchema);
    const { tensors = [], config, resized, images } = reference;
    const file = new Map(tensors.map((recipe) => [recipe.name, tensorOf(recipe)]));
    const parsed = config === null ? undefined : parseConfig(JSON.stringify(config), 'config.json');
    const network = networkOf(file, name, { config: parsed?.architecture, imageSize: images.shape[2] });
    assert.deepEqual([...network.parameters.keys(), ...network.buffers.keys()].filter(isReserved), []);
    const grouped = network.groups.flatMap(({ parameters }) => parameters);
    assert.deepEqual(grouped, [...network.parameters.keys()]);
    assert.ok(network.groups.length > 1 && network.groups[0]?.name === 'stem');
    const { features, logits, gradient, worst, running } = await distancesFrom(reference, network);
    assert.ok(features <= 1, `features: ${features}`);
    assert.ok(logits === undefined || logits <= 1, `logits: ${logits}`);
    assert.ok(gradient <= 1, `gradient of ${worst}: ${gradient}`);
    assert.ok(running <= 1, `running statistics: ${running}`);

    const own = [...network.parameters.keys(), ...network.buffers.keys()];
    assert.deepEqual(own.filter(isReserved), [], 'a training step has these names for something else');

    const { toFile } = network;
    assert.ok(toFile !== undefined);
    const all = new Map([
      ...[...network.parameters].map(([key, { tensor }]) => [key, tensor] as const),
      ...network.buffers,
    ]);
    for (const [key, tensor] of toFile(all))
      if (key !== resized) assert.deepEqual(tensor, file.get(key), `${key} as in the file`);
  });
