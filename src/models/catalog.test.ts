import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { catalog, entryLike, isOpened, recommended, secondsPerEpoch, stepMegabytes } from './catalog.js';
import { parseHubName } from './hub/name.js';

for (const entry of catalog)
  describe(entry.name, () => {
    test('is a name on the hub', () =>
      assert.deepEqual(parseHubName(entry.name), { repo: entry.name, revision: undefined, explicit: false }));

    test('says what it is for, and has sizes that can be', () => {
      assert.match(entry.use, /^[a-z]\S* .*[^.]$/);
      const { parameters, multiplyAdds, activations, imageSize } = entry;
      assert.ok(Number.isInteger(parameters) && parameters > 1e6 && parameters < 1e9);
      assert.ok(multiplyAdds > 0.01 && multiplyAdds < 100);
      assert.ok(activations > 1 && activations < 100);
      assert.ok(imageSize >= 32 && imageSize <= 1024);
    });
  });

test('no model is listed twice', () =>
  assert.equal(new Set(catalog.map(({ name }) => name)).size, catalog.length));

const named = (part: string) => {
  const entry = catalog.find(({ name }) => name.includes(part));
  assert.ok(entry !== undefined, part);
  return entry;
};

test('times and memory are near those that docs/performance.md has measured', () => {
  // A step of 16 images there, in seconds, and MB; its products ran at 135 GFLOP/s.
  for (const [part, seconds, megabytes] of [
    ['resnet18', 1.457, 1112],
    ['vit_tiny', 1.104, 989],
    ['mobilenetv2', 0.911, 1535],
  ] as const) {
    const time = secondsPerEpoch(named(part), 16, 135) / seconds;
    const memory = stepMegabytes(named(part)) / megabytes;
    assert.ok(time > 0.8 && time < 1.25, `${part}: ${time} of the time`);
    assert.ok(memory > 0.8 && memory < 1.25, `${part}: ${memory} of the memory`);
  }
  assert.ok(Math.abs(stepMegabytes(named('resnet50')) / 2778 - 1) < 0.05);
});

test('what is recommended can be opened, and is quicker for many images', () => {
  for (const images of [undefined, 10, 5000, 5001, 1e6]) {
    const entries = recommended(images);
    assert.equal(entries.length, 3);
    assert.ok(entries.every(isOpened));
  }
  assert.match(String(recommended(500)[0]?.name), /vit_small/);
  assert.match(String(recommended(50_000)[0]?.name), /resnet18/);
});

test('a model is known by a part of its name', () => {
  assert.equal(entryLike('resnet18')?.name, 'timm/resnet18.a1_in1k');
  assert.equal(entryLike('ResNet-50')?.name, 'timm/resnet50.a1_in1k');
  assert.equal(entryLike('vit-small')?.name, 'timm/vit_small_patch16_224.augreg_in21k_ft_in1k');
  assert.equal(entryLike('mobilenetv2')?.name, 'timm/mobilenetv2_100.ra_in1k');
  for (const word of ['net', 'some-backbone', 'resnet1000']) assert.equal(entryLike(word), undefined, word);
});
