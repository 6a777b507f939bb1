import assert from 'node:assert/strict';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { jsonLines, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { onnxFile } from '../../test/helpers/onnx-fixtures.js';
import { adarandInSession as adarand } from '../../test/helpers/session/session.js';
import { writeOnnx } from '../graph/onnx/write.js';
import { float32 } from '../graph/tensor.js';
import { input } from '../graph/value.js';
import { globalAveragePool } from '../nn/layers.js';

describe('mistakes of the user are reported without a stack trace, with exit code 2', {
  concurrency: 2,
}, () => {
  const folder = testFolder();
  const at = folder.inside;

  before(async () => {
    await writeImages(at('good'), 6);
    await writeModel(at('tiny.onnx'));
  });

  /** A copy of the good data with something wrong. */
  const broken = async (name: string, damage: (path: string) => Promise<unknown>) => {
    await cp(at('good'), at(name), { recursive: true });
    await damage(at(name));
  };

  const refuses = async (args: readonly string[], culprit: RegExp) => {
    const { code, stdout, stderr } = await adarand(folder.path, ...args);
    assert.match(stderr, culprit);
    assert.equal(code, 2, stderr + stdout);
    assert.doesNotMatch(stderr, /^ +at /m, 'a stack trace for a mistake');
  };
  const refusesToTrain = (args: readonly string[], culprit: RegExp) =>
    refuses(['train', ...args, ...(args.includes('--model') ? [] : ['--model', 'tiny.onnx'])], culprit);

  describe('data', () => {
    test('that does not exist', () => refusesToTrain(['nowhere'], /nowhere does not exist/));

    test('without classes', async () => {
      await mkdir(at('empty'));
      await refusesToTrain(['empty'], /empty has no class folders/);
    });

    test('with one class', async () => {
      await broken('single', async (path) => {
        await rm(join(path, 'red'), { recursive: true });
        await rm(join(path, 'blue'), { recursive: true });
      });
      await refusesToTrain(['single'], /single has a single class, "green"/);
    });

    test('with an empty class', async () => {
      await broken('hollow', (path) => mkdir(join(path, 'violet')));
      await refusesToTrain(['hollow'], /no readable training image for "violet"/);
    });

    test('with more classes than images', async () => {
      await broken('wide', async (path) => {
        for (let i = 0; i < 20; i++) await mkdir(join(path, `class${i}`));
      });
      await refusesToTrain(['wide'], /23 classes but only/);
    });

    test('with damaged files trains on the others, and names the damaged ones', async () => {
      await broken('damaged', async (path) => {
        await writeFile(join(path, 'red/empty.jpg'), '');
        await writeFile(join(path, 'red/words.jpg'), 'not a picture');
        const whole = await readFile(join(path, 'blue/00.png'));
        await writeFile(join(path, 'blue/half.png'), whole.subarray(0, whole.length / 2));
      });
      const { code, stdout } = await adarand(
        folder.path,
        'train',
        'damaged',
        '--model',
        'tiny.onnx',
        '--max-steps',
        '1',
        '--out',
        'survived',
      );
      assert.equal(code, 0);
      assert.match(stdout, /skipped 3 files that cannot be read/);
      for (const name of ['empty.jpg (empty file)', 'words.jpg (not an image', 'half.png'])
        assert.ok(stdout.includes(name), `${name} in\n${stdout}`);
    });

    test('that cannot fill a batch', () =>
      refusesToTrain(
        ['good', '--batch-size', '500'],
        /a batch of 500 cannot be filled from \d+ training images/,
      ));
  });

  describe('options', () => {
    test('lambda below 0', () =>
      refusesToTrain(['good', '--lambda', '-1'], /--lambda must be at least 0, not -1/));

    test('words for numbers', () =>
      refusesToTrain(['good', '--epochs', 'many'], /--epochs must be a number, not "many"/));

    test('an unknown method', () =>
      refusesToTrain(['good', '--method', 'adarnd'], /no method "adarnd"\. Did you mean "adarand"\?/));

    test('an unknown option of a method', () =>
      refusesToTrain(
        ['good', '--option', 'alfa=0.1'],
        /adarand has no option "alfa"\. Did you mean "alpha"\?/,
      ));

    test("a method's option out of range", () =>
      refusesToTrain(
        ['good', '--option', 'alpha=2'],
        /adarand cannot use these options: alpha: must be [a-z ]* 1, not 2$/m,
      ));

    test('an option of a method that is no number', () =>
      refusesToTrain(
        ['good', '--option', 'alpha='],
        /adarand cannot use these options: alpha: must be a number, not nothing$/m,
      ));

    test('an unknown optimizer', () =>
      refusesToTrain(
        ['good', '--optimizer', 'adamm'],
        /--optimizer must be one of .*, not "adamm"\. Did you mean "adam"\?/,
      ));

    test('the former name of a value', () =>
      refusesToTrain(
        ['good', '--head', 'probe'],
        /no --head probe any more\nhint: Use --head linear-probe\./,
      ));

    for (const [method, before, now] of [
      ['randreg', 'prior=source', 'prior=pretrained'],
      ['bss+randreg', 'randreg.prior=source', 'randreg.prior=pretrained'],
      ['borrowing-treasures', 'roundEpochs=3', 'updateEpochs'],
      ['bss+borrowing-treasures', 'borrowing-treasures.roundEpochs=3', 'borrowing-treasures.updateEpochs'],
    ] as const)
      test(`the former ${before}`, () => {
        const former = new RegExp(`no option ${before.replace('=3', '')} any more\nhint: Use ${now}.\n`);
        return refusesToTrain(['good', '--method', method, '--option', before], former);
      });

    test('no model', () => refuses(['train', 'good'], /--model is missing/));

    test('no data', () => refuses(['train', '--model', 'tiny.onnx'], /DATA is missing/));

    test('a device that is not there', () =>
      refusesToTrain(['good', '--device', 'abacus'], /--device must be one of cpu, /));
  });

  describe('models', () => {
    test('that do not exist', () => refusesToTrain(['good', '--model', 'none.onnx'], /no none\.onnx/));

    test('that are cut off', async () => {
      const whole = await readFile(at('tiny.onnx'));
      await writeFile(at('cut.onnx'), whole.subarray(0, whole.length / 2));
      await refusesToTrain(['good', '--model', 'cut.onnx'], /cut\.onnx/);
    });

    test('that are no ONNX', async () => {
      await writeFile(at('words.onnx'), 'These are words, and no model at all.');
      await refusesToTrain(['good', '--model', 'words.onnx'], /words\.onnx/);
    });

    test('without a classifier', async () => {
      const images = input('pixel_values', { dtype: 'float32', shape: [1, 3, 16, 16] });
      const outputs = new Map([['logits', globalAveragePool(images)]]);
      await writeFile(at('headless.onnx'), writeOnnx({ outputs }, 'cpu'));
      await refusesToTrain(['good', '--model', 'headless.onnx'], /headless\.onnx.*linear/);
    });

    test('that cannot be exported again, before anything is trained', async () => {
      const file = onnxFile({
        nodes: [
          { type: 'GlobalAveragePool', inputs: ['x'], outputs: ['pooled'] },
          { type: 'Flatten', inputs: ['pooled'], outputs: ['flat'] },
          { type: 'Shape', inputs: ['flat'], outputs: ['size'] },
          { type: 'ConstantOfShape', inputs: ['size'], outputs: ['zeros'] },
          { type: 'Concat', inputs: ['flat', 'zeros'], outputs: ['features'], attributes: { axis: 1 } },
          { type: 'MatMul', inputs: ['features', 'w'], outputs: ['logits'] },
        ],
        initializers: { w: float32([6, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]) },
        inputs: { x: ['batch', 3, 16, 16] },
        outputs: ['logits'],
      });
      await writeFile(at('zeros.onnx'), file);
      await refusesToTrain(
        ['good', '--model', 'zeros.onnx', '--out', 'unwritten'],
        /cannot be exported for any number of images: its Concat depends/,
      );
      assert.ok(!(await readdir(folder.path)).includes('unwritten'));
    });

    test('of an unknown kind', async () => {
      await writeFile(at('model.pt'), 'x');
      await refusesToTrain(
        ['good', '--model', 'model.pt'],
        /model\.pt is neither an \.onnx nor a \.safetensors/,
      );
    });
  });

  describe('runs', () => {
    test('a folder that exists', async () => {
      await mkdir(at('taken'));
      await writeFile(at('taken/file'), '');
      await refusesToTrain(['good', '--out', 'taken'], /taken exists already/);
      assert.deepEqual(await readdir(at('taken')), ['file']);
    });

    test('a run in the place of a model', async () => {
      await mkdir(at('a run'));
      await writeFile(at('a run/run.json'), '{}');
      const what = /config[.]json: a run is a run, not a model\nhint: .* DIR: .* export 'a run' --to DIR\n/;
      await refusesToTrain(['good', '--model', 'a run'], what);
      await refuses(['inspect', 'a run'], what);
    });

    test('resuming what is no run', () => refuses(['train', '--resume', 'good'], /good is not a run/));

    test('resuming with other options', () =>
      refuses(
        ['train', '--resume', 'good', '--lr', '5', '--option', 'a=3'],
        /: --option, --learning-rate cannot be given again/,
      ));

    test('resuming a search with other options', () =>
      refuses(
        ['tune', '--resume', 'good', 'good', '--batch-size', '5', '--minutes', '1'],
        /: DATA, --batch-size cannot be given again/,
      ));

    test('evaluating what is not there', () => refuses(['eval', 'gone', 'good'], /gone does not exist/));
  });

  test('with --json the error is a line of JSON, too', async () => {
    const { code, stdout } = await adarand(
      folder.path,
      'train',
      'good',
      '--model',
      'tiny.onnx',
      '--lambda',
      '-1',
      '--json',
    );
    assert.equal(code, 2);
    const [error] = jsonLines(stdout);
    assert.equal(error?.type, 'error');
    assert.equal(error?.code, 'config.invalid');
  });

  test('no mistake leaves a run behind', async () => {
    assert.ok(!(await readdir(folder.path)).includes('runs'));
  });
});
