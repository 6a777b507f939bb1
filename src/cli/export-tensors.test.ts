import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { adarand, temporaryFolder, writeImages } from '../../test/helpers/cli.js';
import { writeTensors, writeTransformersModel } from '../../test/helpers/named-models.js';
import { readSafetensors } from '../files/safetensors.js';
import { licencesIn } from '../models/licence.js';

const folder = await temporaryFolder();
after(folder.remove);

const inside = (...parts: string[]) => join(folder.path, ...parts);

async function run(...args: string[]) {
  const ended = await adarand(folder.path, ...args);
  assert.equal(ended.code, 0, ended.stderr);
  return ended;
}

async function json(...parts: string[]) {
  return JSON.parse(await readFile(inside(...parts), 'utf8'));
}

const how = ['--epochs', '1', '--batch-size', '8', '--no-tensorboard'];

before(async () => {
  await writeImages(inside('colours'), 8, 80);
  await writeTransformersModel(inside('original'), 'resnet-transformers-basic', 72);
  await writeFile(inside('original', 'README.md'), '---\nlicense: cc-by-nc-4.0\n---\n# Original\n');
  await run('train', 'colours', '--model', 'original', ...how, '--out', 'run');
  // What is needed of the model is in the run.
  await cp(inside('original', 'model.safetensors'), inside('original.safetensors'));
  await rm(inside('original'), { recursive: true });
  const { stdout } = await run('export', 'run', '--to', 'exported');
  assert.match(stdout, /, onnx\/model[.]onnx, model[.]safetensors, processor_config[.]json$/m);
});

test('an export has the tensors as transformers names them, and configurations for each that reads them', async () => {
  assert.deepEqual((await readdir(inside('exported'))).sort(), [
    'README.md',
    'config.json',
    'model.safetensors',
    'onnx',
    'preprocessor_config.json',
    'processor_config.json',
  ]);
  const original = await readSafetensors(inside('original.safetensors'));
  const { tensors, metadata } = await readSafetensors(inside('exported', 'model.safetensors'));
  assert.equal(metadata.format, 'pt');
  const names = [...tensors.keys()].filter((name) => !name.endsWith('num_batches_tracked'));
  assert.deepEqual(names.sort(), [...original.tensors.keys()].sort());
  assert.deepEqual(tensors.get('classifier.1.weight')?.shape, [3, 64]);

  const config = await json('exported', 'config.json');
  assert.deepEqual(
    [config.model_type, config.architectures, config.num_labels, config.id2label, config.label2id],
    [
      'resnet',
      ['ResNetForImageClassification'],
      3,
      { 0: 'blue', 1: 'green', 2: 'red' },
      { blue: 0, green: 1, red: 2 },
    ],
  );
  assert.deepEqual([config.hidden_sizes, config.layer_type], [[16, 32, 48, 64], 'basic']);
  const graph = await json('exported', 'preprocessor_config.json');
  const { image_processor: own } = await json('exported', 'processor_config.json');
  assert.deepEqual([graph.size.shortest_edge, graph.crop_size.height], [160, 144]);
  assert.deepEqual([own.size.shortest_edge, own.crop_size.height], [80, 72]);
  assert.deepEqual([own.image_mean, own.resample], [[0.4, 0.5, 0.6], 2]);
});

test('the card has the licence of the pretrained network, which stays with what is trained of it', async () => {
  const card = await readFile(inside('exported', 'README.md'), 'utf8');
  assert.match(card, /^---\n[\s\S]*?^license: cc-by-nc-4[.]0\n[\s\S]*?^---\n/m);
  assert.match(card, /^## Licence\n\nThe pretrained network `resnet10` has the licence `cc-by-nc-4[.]0`/m);
  assert.deepEqual(await licencesIn(inside('exported')), ['cc-by-nc-4.0']);
});

test('an exported folder is trained on, and exported again, with its tensors', async () => {
  await run('train', 'colours', '--model', 'exported', ...how, '--out', 'again');
  const [first, second] = [await json('run', 'run.json'), await json('again', 'run.json')];
  assert.deepEqual(second.model.origin, first.model.origin);
  assert.deepEqual(second.model.preprocessing, first.model.preprocessing);
  await run('export', 'again', '--to', 'twice');
  const [once, twice] = [await json('exported', 'config.json'), await json('twice', 'config.json')];
  const { adarand: _, ...plain } = once;
  const { adarand: __, ...plainAgain } = twice;
  assert.deepEqual(plainAgain, plain);
  const [a, b] = await Promise.all(
    ['exported', 'twice'].map((name) => readSafetensors(inside(name, 'model.safetensors'))),
  );
  assert.deepEqual([...(a?.tensors.keys() ?? [])], [...(b?.tensors.keys() ?? [])]);
});

test('a run of an earlier version is exported without tensors, which is said', async () => {
  const record = await json('run', 'run.json');
  const { origin: _, ...model } = record.model;
  await cp(inside('run'), inside('earlier'), { recursive: true });
  await writeFile(inside('earlier', 'run.json'), JSON.stringify({ ...record, model }));
  const { stderr, stdout } = await run('export', 'earlier', '--to', 'bare');
  const why = 'an earlier version of adarand began the run, and did not record where its tensors belong';
  assert.ok(`${stdout}${stderr}`.includes(`no model.safetensors is written: ${why}`), stdout + stderr);
  assert.ok(!(await readdir(inside('bare'))).some((name) => /safetensors|^processor/.test(name)));
  assert.ok((await readFile(inside('bare', 'README.md'), 'utf8')).includes(why));
});

const python = process.env.ADARAND_PYTHON;
const skip = python === undefined && 'ADARAND_PYTHON names no Python with transformers, timm and torchvision';

/** Of the card of an exported folder, the program for a library, run beside a picture. */
async function fromCard(exported: string, title: string): Promise<ReadonlyMap<string, number>> {
  assert.ok(python !== undefined);
  const card = await readFile(inside(exported, 'README.md'), 'utf8');
  const [, code] =
    card.match(new RegExp(`^## ${title}\n[\\s\\S]*?^\`\`\`python\n([\\s\\S]*?)^\`\`\`$`, 'm')) ?? [];
  assert.ok(code !== undefined, `no ${title} in\n${card}`);
  await writeFile(inside('card.py'), code);
  const { status, stdout, stderr } = spawnSync(python, ['card.py'], { cwd: folder.path, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return new Map(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' '))
      .map(([name = '', probability]) => [name, Number(probability)]),
  );
}

/** What `predict` says of the picture. */
async function predicted(of: string): Promise<ReadonlyMap<string, number>> {
  const { stdout } = await run('predict', of, 'picture.jpg', '--json', '--top', '3');
  const line = stdout.split('\n').find((each) => each.includes('"prediction"')) ?? '';
  const classes: readonly { name: string; probability: number }[] = JSON.parse(line).classes;
  return new Map(classes.map(({ name, probability }) => [name, probability]));
}

for (const [library, prepare, more] of [
  ['transformers', undefined, []],
  [
    'timm',
    async () => {
      await writeTensors(inside('timm', 'model.safetensors'), 'resnet18');
      const cfg = { input_size: [3, 72, 72], crop_pct: 0.9, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
      await writeFile(
        inside('timm', 'config.json'),
        JSON.stringify({ architecture: 'resnet18', num_classes: 0, pretrained_cfg: cfg }),
      );
    },
    [],
  ],
  [
    'torchvision',
    () => writeTensors(inside('torchvision', 'model.safetensors'), 'mobilenet-v2'),
    ['--image-size', '72'],
  ],
] as const)
  test(`the card's program for ${library} gives predict's answers`, { skip }, async () => {
    await sharp(await readFile(inside('colours', 'red', '00.png')))
      .resize(300, 220, { kernel: 'cubic' })
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 95 })
      .toFile(inside('picture.jpg'));
    const [of, exported] = prepare === undefined ? ['run', 'exported'] : [`run-${library}`, `to-${library}`];
    if (prepare !== undefined) {
      await prepare();
      const model = library === 'torchvision' ? 'torchvision/model.safetensors' : library;
      await run('train', 'colours', '--model', model, ...more, ...how, '--out', of);
      await run('export', of, '--to', exported);
    }
    const found = await fromCard(exported, `In ${library}`);
    const expected = await predicted(of);
    assert.deepEqual(new Set(found.keys()), new Set(expected.keys()));
    for (const [name, probability] of expected)
      assert.ok(
        Math.abs((found.get(name) ?? Number.NaN) - probability) < 0.02,
        `${name}: ${found.get(name)}, not ${probability}`,
      );
  });
