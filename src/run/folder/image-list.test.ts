import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createDataset } from '../../data/index.js';
import { readImageList, writeImageList } from './image-list.js';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'adarand-images-'));
});
after(() => rm(folder, { recursive: true }));

const pixels = (value: number, label: number) =>
  ({
    image: { kind: 'pixels', width: 1, height: 1, channels: 1, data: Uint8Array.of(value) },
    label,
  }) as const;

const dataset = createDataset(
  {
    path: 'dots',
    classes: ['even', 'odd,"\n'],
    train: Array.from({ length: 20 }, (_, i) => pixels(i, i % 2)),
  },
  { seed: 3, trainFraction: 0.5 },
);
const counts = {
  data: {
    train: dataset.train.images.length,
    val: dataset.val.images.length,
    test: dataset.test.images.length,
  },
  source: null,
};

test('a list holds every image once, with its use, and is read as it was written', async () => {
  const path = join(folder, 'images.jsonl');
  await writeImageList(path, { dataset, source: undefined });
  const list = await readImageList(path, counts);
  assert.equal(list.length, 20);
  assert.equal(new Set(list.map(({ digest }) => digest)).size, 20);
  for (const split of ['train', 'val', 'test', 'unused'] as const)
    assert.deepEqual(
      list.filter((line) => line.split === split).map((line) => [line.path, line.class, line.digest]),
      dataset[split].images.map(({ name, label, digest }) => [name, dataset.classes[label], digest]),
    );
  assert.equal(dataset.unused.images.length, 6);
});

test('a list that is missing, or holds something else, is a damaged run', async () => {
  const path = join(folder, 'other.jsonl');
  await assert.rejects(readImageList(path, counts), { code: 'run.damaged' });
  for (const text of ['', '{}\n', '{"split":"both","class":"a","path":"b","digest":"c"}\n', '[1]\n']) {
    await writeFile(path, text);
    await assert.rejects(readImageList(path, counts), { code: 'run.damaged' }, JSON.stringify(text));
  }
  await writeFile(path, (await readFile(join(folder, 'images.jsonl'), 'utf8')).replace('"path"', '"file"'));
  await assert.rejects(readImageList(path, counts), { code: 'run.damaged' });
});

test('a list that was cut is not complete, whichever line it ends in', async () => {
  const path = join(folder, 'cut.jsonl');
  const source = { classes: dataset.classes, images: dataset.train.images, dataset };
  await writeImageList(path, { dataset, source });
  const record = { ...counts, source: { images: source.images.length } };
  const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
  assert.equal((await readImageList(path, record)).length, lines.length);
  for (const kept of lines.keys()) {
    if (kept === 0) continue;
    const whole = `${lines.slice(0, kept).join('\n')}\n`;
    for (const [text, why] of [
      [whole, /is not complete: it has \d+ (train|val|test|source) images, and the run \d+$/],
      [`${whole}${lines[kept]?.slice(0, 20)}`, /is not complete: its last line is cut$/],
    ] as const) {
      await writeFile(path, text);
      await assert.rejects(readImageList(path, record), { code: 'run.damaged', message: why });
    }
  }
});
