import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { z } from 'zod';
import { evaluated } from '../../../../test/helpers/backbone-reference.js';
import { temporaryFolder } from '../../../../test/helpers/cli.js';
import { exportFolder } from '../../../../test/helpers/export-folder.js';
import { fineTuned, imageTowers, written } from '../../../../test/helpers/fine-tuned.js';
import { float32 } from '../../../graph/tensor.js';
import { Random } from '../../../random.js';
import { openModel } from '../../open.js';
import { libraryModelOf } from './library-model.js';

const folder = await temporaryFolder();
after(folder.remove);

for (const [name, [architecture, projects]] of Object.entries(imageTowers))
  test(`${name}: a classifier of timm's gives the same logits`, async () => {
    const { model } = fineTuned(`backbone-${name}`);
    const found = written(name, model);
    assert.deepEqual([found.library, found.architecture], ['timm', architecture]);
    const path = join(folder.path, name);
    await exportFolder(path, model, { library: found });
    const again = await openModel(path);
    assert.deepEqual(again.preprocessing, model.network.preprocessing);
    assert.deepEqual(again.pretrainedHead, model.head);
    // With a projection, the tensors are those of another backbone.
    assert.equal(again.origin?.library, projects ? undefined : 'timm');
    assert.equal(again.featureSize, model.network.featureSize);

    // As timm reads the folder.
    const file = join(path, 'config.json');
    const { adarand: _, ...config } = z
      .record(z.string(), z.unknown())
      .parse(JSON.parse(await readFile(file, 'utf8')));
    await writeFile(file, JSON.stringify(config));
    const width = z.object({ num_features: z.number() }).parse(config).num_features;
    const timm = await openModel(path);
    assert.equal(timm.featureSize, width);
    assert.equal(timm.pretrainedHead?.weight.shape[1], width);
    const images = drawnImages(model.network.preprocessing.imageSize);
    const [, logits] = await evaluated({ ...model.network, pretrainedHead: model.head }, images);
    const [, theirs] = await evaluated(timm, images);
    const worst = Math.max(...theirs.map((logit, i) => Math.abs(logit - (logits[i] ?? Number.NaN))));
    assert.ok(worst < 1e-4 * Math.max(...logits.map(Math.abs)), `off by ${worst}`);
  });

function drawnImages(side: number) {
  const random = new Random(4, 'test');
  return float32(
    [2, 3, side, side],
    Float32Array.from({ length: 6 * side * side }, () => random.normal()),
  );
}

test('the trained projection is what becomes a part of the classifier', () => {
  const { model } = fineTuned('backbone-clip-transformers');
  const projection = model.network.parameters.get('projection.weight')?.tensor;
  assert.ok(projection !== undefined);
  const twice = float32(
    projection.shape,
    projection.data.map((x) => 2 * x),
  );
  const trained = { ...model, tensors: new Map([['projection.weight', twice]]) };
  const [before, after] = [model, trained].map((each) => {
    const weight = written('trained', each).tensors().get('head.weight');
    assert.ok(weight?.dtype === 'float32');
    return weight.data;
  });
  assert.deepEqual(
    after,
    before?.map((x) => 2 * x),
  );
});

test('a tower with an activation or LayerNorms that timm has in none is not written', () => {
  const { model } = fineTuned('backbone-siglip-transformers');
  const { origin } = model.network;
  assert.ok(origin?.config?.library === 'transformers');
  for (const field of [{ layer_norm_eps: 1e-3 }, { hidden_act: 'relu' }]) {
    const config = { ...origin.config, fields: { ...origin.config.fields, ...field } };
    const found = libraryModelOf(model, { ...origin, config });
    assert.ok('why' in found && /neither transformers nor timm has a classifier/.test(found.why));
  }
});
