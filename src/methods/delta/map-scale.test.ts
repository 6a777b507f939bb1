import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrayPrepareTools } from '../../../test/helpers/prepare-tools.js';
import { mul } from '../../graph/ops.js';
import { globalAveragePool } from '../../nn/layers.js';
import type { Network } from '../../nn/network.js';
import { methodLoss } from '../../training/method-loss.js';
import { delta } from '../delta.js';
import { LAMBDA_SCALE } from '../lambda-unit.js';

const SIDE = 2;
/** One map, three times the pixels: [B, 3, 2, 2]. */
const network: Network = {
  name: 'three times the pixels',
  modelType: 'test',
  featureSize: 3,
  preprocessing: { imageSize: SIDE, resizeSize: SIDE, mean: [0, 0, 0], std: [1, 1, 1] },
  parameters: new Map(),
  groups: [],
  buffers: new Map(),
  pretrainedHead: undefined,
  features(images, scope) {
    const map = mul(images, 3);
    scope.featureMap('only', map);
    return globalAveragePool(map);
  },
};
const pixels = Array.from({ length: 6 }, (_, i) =>
  Array.from({ length: SIDE * SIDE * 3 }, (_, j) => (37 * i + 11 * j) % 256),
);
const features = pixels.map((image) =>
  [0, 1, 2].map((c) => image.reduce((s, v, j) => s + (j % 3 === c ? v : 0), 0)),
);
const labels = [0, 1, 0, 1, 0, 1];
const tools = arrayPrepareTools({ classes: 2, train: { features, labels, pixels }, network, batchSize: 4 });

/** [6, 3, 2, 2], row-major. */
const maps = pixels.flatMap((image) =>
  [0, 1, 2].flatMap((c) => image.filter((_, j) => j % 3 === c).map((value) => (3 * value) / 255)),
);

for (const attention of ['none', 'gradient'] as const)
  for (const reduction of ['sum', 'mean'] as const)
    test(`the unit of lambda is what maps of zeros would cost: attention ${attention}, reduction ${reduction}`, async () => {
      const options = { attention, reduction };
      const prepared = (await delta.bind(options).prepare?.(tools)) ?? {};
      const map = (data: readonly number[]) => ({ shape: [6, 3, SIDE, SIDE], data });
      const { penalty } = methodLoss(delta, {
        features,
        labels,
        classes: 2,
        options,
        prepared,
        featureMaps: { only: map(maps.map(() => 0)) },
        pretrainedFeatureMaps: { only: map(maps) },
      });
      // A step sums over its 4 images, not over these 6.
      const costs = reduction === 'sum' ? (penalty * 4) / 6 : penalty;
      const [scale] = prepared[LAMBDA_SCALE]?.data ?? [];
      assert.ok(Math.abs(Number(scale) * costs - 50) < 1e-3, `${Number(scale) * costs}`);
    });
