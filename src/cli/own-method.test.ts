import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { adarand, bundled, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';
import { AdarandError } from '../errors.js';
import { STOPPED } from '../run/events.js';
import type { TrainOptions } from '../run/options/train-options.js';
import { resumeRun, trainRun } from '../run/train/train-run.js';

const zod = import.meta.resolve('zod');

type Imported = 'graph/index' | 'nn/functional' | 'optimizers/index';

/** What a method imports, of the program that reads it: of the bundle that is started, or of the modules of this process. */
const importsOf = (url: (entry: Imported) => string) => `import { z } from '${zod}';
import { float32, mul } from '${url('graph/index')}';
import { mean } from '${url('nn/functional')}';
import { adam, cosine } from '${url('optimizers/index')}';
`;
const ofBundle = importsOf((entry) => pathToFileURL(bundled(entry)).href);
const ofThisProcess = importsOf((entry) => new URL(`../${entry}.js`, import.meta.url).href);

describe('your own method', () => {
  const folder = testFolder();
  const at = folder.inside;

  before(async () => {
    await writeImages(at('colours'), 10);
    await writeImages(at('more'), 12, 20);
    await writeModel(at('tiny.onnx'));
  });

  /** Writes `mine.mjs`, a method whose `bind` returns `bound`. */
  const write = (bound: string, imports = ofThisProcess, file = 'mine.mjs') =>
    writeFile(
      at(file),
      `${imports}export default {
  name: 'mine', title: '', paper: '', formula: '', options: z.strictObject({}), defaultLambda: 1, lambdaUnit: 'none',
  bind: () => (${bound}),
};
`,
    );
  const typed = (method: string) =>
    adarand(
      folder.path,
      ...[
        'train',
        'colours',
        '--model',
        'tiny.onnx',
        '--no-tensorboard',
        '--method',
        method,
        '--max-steps',
        '2',
      ],
    );

  const learns = (optimizer: string) => `{ needs: ['features'], loss({ features }, { state }) {
      const t = state('t', float32([], [1]));
      const learned = { states: [t], objective: mul(t, t), optimizer: ${optimizer}, learningRate: 0.1, schedule: () => 1 };
      return { penalty: mean(features), learned };
    } }`;

  const mistakes: readonly (readonly [string, string, RegExp, Partial<TrainOptions>?])[] = [
    [
      'an unknown need',
      "{ needs: ['labls'], loss: () => ({}) }",
      /mine\.mjs: bind .*needs\.0: "labls" is not something that a method can need/,
    ],
    ['no loss', '{ needs: [] }', /mine\.mjs: bind .*loss: it should be a function/],
    ['a misspelt part', '{ needs: [], loss: () => ({}), sampler: () => 0 }', /mine\.mjs: bind .*"sampler"/],
    [
      'an input that it does not need',
      '{ needs: [], loss: ({ features }) => ({ penalty: features }) }',
      /mine\.mjs: mine: its loss returned undefined as penalty; does it use an input that is not in its needs/,
    ],
    [
      'arithmetic on an input that it does not need',
      '{ needs: [], loss: ({ features }) => ({ penalty: mean(mul(features, 2)) }) }',
      /mine\.mjs: .*undefined/,
    ],
    [
      'a misspelt loss',
      "{ needs: ['features'], loss: ({ features }) => ({ penality: mean(features) }) }",
      /mine\.mjs: mine: its loss returned penality, which is none of taskLoss, penalty/,
    ],
    [
      'a matrix as penalty',
      "{ needs: ['features'], loss: ({ features }) => ({ penalty: features }) }",
      /mine\.mjs: mine: penalty should be a scalar value of the graph, and is float32 \[4,64\]/,
    ],
    [
      'a number as penalty',
      '{ needs: [], loss: () => ({ penalty: 3 }) }',
      /mine\.mjs: mine: penalty should be a scalar value of the graph, and is number 3/,
    ],
    [
      'a tensor that it did not prepare',
      "{ needs: [], loss: (_, { prepared }) => ({ penalty: prepared('centers') }) }",
      /mine\.mjs: mine prepared no tensor centers/,
    ],
    [
      'a next value of another shape',
      `{ needs: ['features'], loss({ features }, { state }) {
        const t = state('t', float32([], [0]));
        return { penalty: mean(features), updates: new Map([[t, features]]) };
      } }`,
      /mine: the next value of its state t is float32 \[4,64\], not float32 \[\]/,
    ],
    [
      'noise of a distribution that there is not',
      "{ needs: ['features'], loss: ({ features }, { noise }) => ({ penalty: mean(mul(features, noise('gaussian', [4, 64]))) }) }",
      /mine: noise has no distribution "gaussian": there are 'normal', 'uniform' and \{ beta: a \} with a above 0/,
    ],
    [
      'noise of a negative parameter',
      "{ needs: ['features'], loss: ({ features }, { noise }) => ({ penalty: mean(mul(features, noise({ beta: -1 }, [4, 64]))) }) }",
      /mine: noise has no distribution \{"beta":-1\}/,
    ],
    [
      'updates that are no map',
      "{ needs: ['features'], loss: ({ features }) => ({ penalty: mean(features), updates: {} }) }",
      /mine: updates is object \[object Object\], not a Map from states to their next values/,
    ],
    [
      'an optimizer without scalars',
      learns("{ name: 'mine', slots: [], update: ({ parameter }) => ({ parameter, slots: new Map() }) }"),
      /mine: learned\.optimizer\.scalars should be a function from a step to a record of numbers/,
    ],
    [
      'an optimizer that leaves its slot out',
      learns(
        "{ name: 'mine', slots: ['m'], scalars: () => ({}), update: ({ parameter }) => ({ parameter, slots: new Map() }) }",
      ),
      /mine: learned\.optimizer\.update returned undefined undefined as m, not float32 \[\]/,
    ],
    [
      'an optimizer whose update throws',
      learns("{ name: 'mine', slots: [], scalars: () => ({}), update() { throw new Error('no update'); } }"),
      /mine\.mjs: no update/,
    ],
    [
      'a state that is learned twice',
      `{ needs: [], loss(_, { state }) {
        const t = state('t', float32([], [1]));
        return { learned: { states: [t, t], objective: mul(t, t), optimizer: adam(), learningRate: 0.1, schedule: cosine } };
      } }`,
      /mine: learned\.states names a state twice/,
    ],
    [
      'an optimizer by its name alone',
      learns("'adam'"),
      /mine: learned\.optimizer is string adam, not an optimizer such as adam\(\)/,
    ],
    [
      'a state that is not a number, which no loss reads',
      `{ needs: ['features'], loss({ features }, { state }) {
        const t = state('t', float32([2], [0, 1]));
        return { penalty: mean(features), updates: new Map([[t, mul(t, Infinity)]]) };
      } }`,
      /mine: its state t is not a number after step 1/,
      { maxSteps: 1 },
    ],
    [
      'a preparation that throws',
      "{ needs: [], prepare: async () => { throw new Error('no luck'); }, loss: () => ({}) }",
      /mine\.mjs: no luck/,
    ],
    [
      'a preparation of something else than tensors',
      '{ needs: [], prepare: async () => ({ a: 1 }), loss: () => ({}) }',
      /mine: prepare returned something else than a tensor of finite numbers as a/,
    ],
    [
      'a callback that throws',
      "{ needs: [], epochCallback: { epochs: 1, run() { throw new Error('not today'); } }, loss: () => ({}) }",
      /mine\.mjs: not today/,
    ],
    [
      'a callback that returns no tensors',
      '{ needs: [], epochCallback: { epochs: 1, run: () => ({ a: 2 }) }, loss: () => ({}) }',
      /mine: epochCallback\.run returned something else than a tensor/,
    ],
    [
      'a callback that reads a state without saying so',
      "{ needs: [], epochCallback: { epochs: 1, run: (tensor) => ({ a: tensor('a') }) }, loss: (_, tools) => (tools.state('a', { dtype: 'float32', shape: [1] }), {}) }",
      /mine: epochCallback\.run reads the state a, which `reads` does not name/,
    ],
    [
      'a callback that names what is no state',
      "{ needs: [], epochCallback: { epochs: 1, reads: ['b'], run: () => ({}) }, loss: () => ({}) }",
      /mine: `reads` of epochCallback names b, which is not one of its states/,
    ],
    [
      'a sampler that reads what steps update',
      "{ needs: ['sourceBatch'], sourceSampler: ({ tensor }) => Int32Array.from(tensor('a').data), loss: (_, tools) => { const a = tools.state('a', { dtype: 'float32', shape: [1] }); return { updates: new Map([[a, a]]) }; } }",
      /mine: sourceSampler reads the state a, which steps update/,
      { source: 'more' },
    ],
    [
      'no sampler for its source images',
      "{ needs: ['sourceBatch'], loss: () => ({}) }",
      /mine\.mjs: bind .*sourceSampler: a method that needs sourceBatch chooses its images/,
      { source: 'more' },
    ],
    [
      'a sampler that throws',
      "{ needs: ['sourceBatch'], sourceSampler() { throw new Error('none left'); }, loss: () => ({}) }",
      /mine\.mjs: none left/,
      { source: 'more' },
    ],
    [
      'a sampler that returns one image too few',
      "{ needs: ['sourceBatch'], sourceSampler: ({ targets }) => targets.slice(1), loss: () => ({}) }",
      /mine: sourceSampler should return an Int32Array of \d+ positions below/,
      { source: 'more' },
    ],
  ];
  for (const [i, [name, bound, message, { source, ...more } = {}]] of mistakes.entries())
    test(`${name}: the error says so, of which method`, async () => {
      // In a folder of its own: a process imports a file once.
      const method = `wrong-${i}/mine.mjs`;
      await mkdir(at(`wrong-${i}`));
      await write(bound, ofThisProcess, method);
      const given = { data: at('colours'), model: at('tiny.onnx'), method: at(method), out: at(`run-${i}`) };
      const options = { ...given, epochs: 2, ...more, ...(source !== undefined && { source: at(source) }) };
      await assert.rejects(trainRun(options, host(Number.POSITIVE_INFINITY)), (error) => {
        assert.ok(error instanceof AdarandError, String(error));
        assert.match(error.message, message);
        assert.match(error.hint ?? '', /./);
        return true;
      });
    });

  test('a mistake in it ends the command with its message, a hint and no stack', async () => {
    await write('{ needs: [], loss: () => ({ penalty: 3 }) }', ofBundle);
    const { code, stderr } = await typed('./mine.mjs');
    assert.equal(code, 2, stderr);
    assert.match(
      stderr,
      /mine\.mjs: mine: penalty should be a scalar value of the graph, and is number 3\nhint: ./,
    );
    assert.doesNotMatch(stderr, /^ +at /m);
  });

  /** Stops after so many steps. */
  const host = (steps: number) => {
    let done = 0;
    return {
      emit: ({ type }: { readonly type: string }) => {
        done += Number(type === 'step');
      },
      stop: () => done >= steps,
    };
  };

  test('that was edited does not resume a run', async () => {
    const penalty = (weight: number) =>
      write(`{ needs: ['features'], loss: ({ features }) => ({ penalty: mul(mean(features), ${weight}) }) }`);
    await penalty(1);
    const given = { data: at('colours'), model: at('tiny.onnx'), method: at('mine.mjs'), out: at('edited') };
    await assert.rejects(trainRun({ ...given, epochs: 3, batchSize: 4 }, host(3)), { code: STOPPED });
    await penalty(2);
    await assert.rejects(resumeRun({ run: at('edited') }, host(1)), { code: 'run.method-changed' });
  });

  test('may train a state by an optimizer of the package', async () => {
    await write(
      `{ needs: ['features'], loss({ features }, { state }) {
      const centre = state('centre', float32([], [0]));
      const objective = mean(mul(features, centre));
      return { learned: { states: [centre], objective, optimizer: adam(), learningRate: 0.1, schedule: cosine } };
    } }`,
      ofBundle,
    );
    const { code, stderr } = await typed('./mine.mjs');
    assert.equal(code, 0, stderr);
  });

  test('whose helper was edited does not, either', async () => {
    const helper = (weight: number) =>
      writeFile(at('helper.mjs'), `export { weight } from './weight.mjs';`).then(() =>
        writeFile(at('weight.mjs'), `export const weight = ${weight};`),
      );
    await helper(1);
    await write(
      "{ needs: ['features'], loss: ({ features }) => ({ penalty: mul(mean(features), weight) }) }",
    );
    await writeFile(
      at('helped.mjs'),
      `import { weight } from "./helper.mjs";\n${await readFile(at('mine.mjs'), 'utf8')}`,
    );
    const given = {
      data: at('colours'),
      model: at('tiny.onnx'),
      method: at('helped.mjs'),
      out: at('helped'),
    };
    await assert.rejects(trainRun({ ...given, epochs: 3, batchSize: 4 }, host(3)), { code: STOPPED });
    await helper(2);
    await assert.rejects(resumeRun({ run: at('helped') }, host(1)), { code: 'run.method-changed' });
    await helper(1);
    await assert.rejects(resumeRun({ run: at('helped') }, host(1)), { code: STOPPED });
  });

  test('in a file that Node takes for CommonJS: the hint has a name that works', async () => {
    await write("{ needs: ['features'], loss: ({ features }) => ({ penalty: mean(features) }) }", ofBundle);
    await mkdir(at('common'));
    await writeFile(at('common/package.json'), '{ "type": "commonjs" }');
    await writeFile(at('common/script.js'), await readFile(at('mine.mjs'), 'utf8'));
    const { code, stderr } = await typed('./common/script.js');
    assert.equal(code, 2, stderr);
    assert.match(stderr, /script\.js cannot be imported: SyntaxError/);
    assert.match(stderr, /hint: Node takes it for a CommonJS file\. Call it .*script\.mjs\./);
  });

  test('outside of a project: the hint says what to install there', async () => {
    for (const [wanted, install] of [
      ['zod', /npm install --ignore-scripts PATH\/adarand-[\d.]+\.tgz zod/],
      ['adarand/graph', /npm install --ignore-scripts PATH\/adarand-[\d.]+\.tgz zod/],
      ['no-such-package', /npm install no-such-package/],
    ] as const) {
      const file = `alone-${wanted.replace('/', '-')}.mjs`;
      await writeFile(at(file), `import '${wanted}';\nexport default {};\n`);
      const { code, stderr } = await typed(`./${file}`);
      assert.equal(code, 2, stderr);
      assert.match(stderr, /alone-.* cannot be imported: .*Cannot find package/);
      assert.match(stderr, /hint: Save it in a project where /);
      assert.match(stderr, install);
    }
  });

  test('in TypeScript: loaded by a Node that can, refused with a hint by one that cannot', async () => {
    await write("{ needs: ['features'], loss: ({ features }) => ({ penalty: mean(features) }) }", ofBundle);
    await writeFile(at('typed.ts'), `const typed: number = 1;\n${await readFile(at('mine.mjs'), 'utf8')}`);
    const { code, stderr } = await typed('./typed.ts');
    if ('typescript' in process.features && process.features.typescript) return assert.equal(code, 0, stderr);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /typed\.ts is TypeScript, which Node \d+\.\d+\.\d+ does not load/);
    assert.match(stderr, /hint: .*npx --yes esbuild .*typed\.ts --format=esm --outfile=.*typed\.mjs/);
  });
});
