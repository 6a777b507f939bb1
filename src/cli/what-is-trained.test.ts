import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import { isOther, jsonLines, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { adarandInSession as adarand } from '../../test/helpers/session/session.js';
import { readSafetensors } from '../files/safetensors.js';
import { openModel } from '../models/open.js';
import { recordSchema, summarySchema } from '../run/folder/record.js';

describe('what is trained, and how fast', () => {
  const folder = testFolder();
  const path = folder.inside;
  const { json } = folder;
  const train = (...args: readonly string[]) =>
    adarand(
      folder.path,
      'train',
      'colours',
      '--model',
      'tiny.onnx',
      '--no-tensorboard',
      '--epochs',
      '1',
      ...args,
    );

  before(async () => {
    await writeImages(path('colours'), 6);
    await writeModel(path('tiny.onnx'));
    const rates = ['--lr', '0.02', '--layer-decay', '0.5', '--head-lr-scale', '4'];
    const part = ['--train', 'last:2', '--method', 'fine-tuning', ...rates, '--out', 'part'];
    const { code, stdout, stderr } = await train(...part);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /, trains 69699 of 74835 parameters \(layer2\.0, layer3\.0, head\), /);
    assert.match(stdout, /, head lr scale 4, layer decay 0\.5, /);
  });

  test('run.json has every group and its rate, summary.json how many numbers are trained', async () => {
    const { groups } = recordSchema.parse(await json('part', 'run.json'));
    assert.deepEqual(groups, [
      { name: 'conv1', parameters: 464, learningRate: null },
      { name: 'layer1.0', parameters: 4672, learningRate: null },
      { name: 'layer2.0', parameters: 13_952, learningRate: 0.005 },
      { name: 'layer3.0', parameters: 55_552, learningRate: 0.01 },
      { name: 'head', parameters: 195, learningRate: 0.08 },
    ]);
    assert.equal(summarySchema.parse(await json('part', 'summary.json')).parameters, 69_699);
  });

  test('what is frozen keeps its bits, its running statistics too, and has nothing of an optimizer', async () => {
    const { tensors } = await readSafetensors(path('part', 'checkpoints', 'last.safetensors'));
    const { groups, parameters, buffers } = await openModel(path('tiny.onnx'));
    const frozen = new Set(groups.slice(0, 2).flatMap((group) => group.parameters));
    assert.equal(frozen.size, 9);
    for (const [name, { tensor }] of parameters) {
      assert.equal(tensors.has(`${name}:velocity`), !frozen.has(name), name);
      const same = Buffer.from(tensor.data.buffer).equals(Buffer.from(floats(tensors.get(name)).buffer));
      assert.equal(same, frozen.has(name), name);
    }
    for (const [name, { data }] of buffers) {
      const same = data.every((element, i) => element === floats(tensors.get(name))[i]);
      assert.equal(same, frozen.has(name.replace(/running_(mean|var)$/, 'weight')), name);
    }
  });

  test('the model card says what was trained', async () => {
    const { code, stderr } = await adarand(folder.path, 'export', 'part', '--to', 'exported');
    assert.equal(code, 0, stderr);
    const card = await readFile(path('exported', 'README.md'), 'utf8');
    assert.match(card, /^\| trained \| `69699 of 74835 parameters \(layer2\.0, layer3\.0, head\)` \|$/m);
    assert.match(
      card,
      /^\| learning rate \| 0\.02, sgd, cosine, factor of the head 4, layer decay 0\.5 \|$/m,
    );
  });

  test('--train head is what head-only does, to the bit', async () => {
    assert.equal((await train('--method', 'head-only', '--out', 'method')).code, 0);
    const { code, stdout } = await train('--method', 'fine-tuning', '--train', 'head', '--out', 'option');
    assert.equal(code, 0);
    assert.match(stdout, /, trains 195 of 74835 parameters \(head\), /);
    const model = (run: string) => readFile(path(run, 'checkpoints', 'best.safetensors'));
    assert.deepEqual(await model('option'), await model('method'));
    assert.equal(summarySchema.parse(await json('method', 'summary.json')).parameters, 195);
  });

  for (const { args, message } of [
    { args: ['--train', 'last:0'], message: '--train last:0 names no group' },
    { args: ['--train', 'last:5'], message: '--train last:5 names more groups than tiny.onnx has, 4' },
    { args: ['--train', 'last:x'], message: '--train last:x does not say how many groups' },
  ])
    test(`${args.join(' ')} is refused, with the groups`, async () => {
      const { code, stderr } = await train(...args, '--out', 'refused');
      assert.equal(code, 2);
      const groups = 'The groups of tiny.onnx, from the images on: conv1, layer1.0, layer2.0, layer3.0.';
      assert.equal(stderr, `error: ${message}\nhint: Choose last:1 to last:4, or head. ${groups}\n`);
    });

  for (const args of [
    ['--train', 'block4'],
    ['--layer-decay', '0'],
    ['--layer-decay', '1.5'],
    ['--head-lr-scale', '0'],
  ])
    test(`${args.join(' ')} is a mistake`, async () => {
      const { code, stderr } = await train(...args);
      assert.equal(code, 2);
      assert.ok(stderr.startsWith(`error: ${args[0]} must be `) && stderr.includes(args[1] ?? ''), stderr);
    });

  test('what has no effect is said before training', async () => {
    const said = async (...args: readonly string[]) => {
      const { code, stdout, stderr } = await train(...args, '--max-steps', '1', '--json');
      assert.equal(code, 0, stderr);
      return jsonLines(stdout).flatMap(({ type, text }) =>
        type === 'remark' && isOther(text) ? [text] : [],
      );
    };
    assert.deepEqual(await said('--train', 'head', '--layer-decay', '0.9', '--backbone-lr-scale', '0.5'), [
      '--backbone-lr-scale 0.5 changes nothing: --train head does not train the backbone',
      '--layer-decay 0.9 changes nothing: --train head does not train the backbone',
      'the penalty of adarand changes nothing: no gradient of it reaches what is trained',
    ]);
    assert.deepEqual(await said('--train', 'last:4', '--layer-decay', '0.9'), [
      '--train last:4 changes nothing: tiny.onnx has 4 groups, and all are trained without it',
    ]);
    assert.deepEqual(await said('--method', 'head-only', '--train', 'last:1'), [
      '--train last:1 changes nothing: head-only does not train the backbone',
    ]);
    assert.deepEqual(await said('--backbone-lr-scale', '0', '--layer-decay', '0.9'), [
      'adarand changes nothing: its penalty acts on the backbone, which --backbone-lr-scale 0 does not train',
      '--layer-decay 0.9 changes nothing: with --backbone-lr-scale 0, the rate of every group is 0',
    ]);
    assert.deepEqual(await said('--train', 'last:1', '--layer-decay', '0.9', '--head-lr-scale', '2'), []);
  });

  test('a run is not continued with other groups; one without a record of them is', async () => {
    const trained = async (name: string) => {
      const { code } = await train('--train', 'last:1', '--out', name);
      assert.equal(code, 0);
      return recordSchema.parse(await json(name, 'run.json'));
    };
    const resume = (name: string) => adarand(folder.path, 'train', '--resume', name, '--epochs', '2');
    const { groups = [], ...record } = await trained('regrouped');
    await writeFile(path('regrouped', 'run.json'), JSON.stringify({ ...record, groups: groups.slice(1) }));
    const refused = await resume('regrouped');
    assert.equal(refused.code, 2, refused.stdout);
    assert.match(
      refused.stderr,
      /^error: .*tiny\.onnx is divided into other groups than when this run began/,
    );
    await writeFile(path('regrouped', 'run.json'), JSON.stringify(record));
    const { stderr, code } = await resume('regrouped');
    assert.equal(code, 0, stderr);
  });
});

function floats(tensor: { readonly dtype: string; readonly data: ArrayLike<unknown> } | undefined) {
  assert.ok(tensor?.data instanceof Float32Array);
  return tensor.data;
}
