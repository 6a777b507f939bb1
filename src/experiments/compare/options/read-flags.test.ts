import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AdarandError } from '../../../errors.js';
import { readFlags } from './read-flags.js';
import { parseYaml } from './read-yaml.js';
import { resolveExperiment } from './resolve-experiment.js';

const enough = { data: ['colours'], models: 'tiny.onnx', threads: 1 };

async function resolved(flags: Parameters<typeof readFlags>[0]) {
  const { experiment, where } = readFlags({ ...enough, ...flags }, 'See the help.');
  return resolveExperiment(experiment, where);
}

test('a file and flags with the same words are the same experiment', async () => {
  const typed = await resolved({
    data: ['colours', 'shapes'],
    models: 'tiny.onnx,sample',
    methods: 'fine-tuning,randreg:prior=uniform;lambda=0.5,adarand:inter=false;learning-rate=0.1;flip=false',
    fractions: '12.5,100',
    seeds: '3,7',
    preset: 'paper',
    epochs: 3,
  });
  const { experiment, where } = parseYaml(
    `
data: [colours, shapes]
models: [tiny.onnx, sample]
methods:
  - fine-tuning
  - name: randreg
    options: { prior: uniform }
    lambda: 0.5
  - { name: adarand, options: { inter: false }, learningRate: 0.1, flip: false }
fractions: [12.5, 100]
seeds: [3, 7]
preset: paper
epochs: 3
threads: 1
`,
    'experiment.yaml',
  );
  assert.deepEqual(await resolveExperiment(experiment, where), typed);
  assert.deepEqual(
    typed.methods.map(({ label }) => label),
    ['fine-tuning', 'randreg(prior=uniform,lambda=0.5)', 'adarand(inter=false,learningRate=0.1,flip=false)'],
  );
  assert.deepEqual(typed.fractions, [0.125, 1]);
  assert.deepEqual(typed.seeds, [3, 7]);
});

test('seeds are counted from the first one; folders of one name are told apart', async () => {
  const { seeds, data } = await resolved({ seeds: '3', seed: 5, data: ['a/colours', 'b/colours'] });
  assert.deepEqual(seeds, [5, 6, 7]);
  assert.deepEqual(
    data.map(({ name }) => name),
    ['colours', 'colours-2'],
  );
  assert.deepEqual((await resolved({ seeds: '4,' })).seeds, [4]);
});

const refused: readonly (readonly [flags: Parameters<typeof readFlags>[0], message: RegExp])[] = [
  [{ methods: 'adarand,bss,adarand' }, /--methods has adarand twice/],
  [{ methods: 'randreg:prior=normal,bss:lr=1' }, /--methods bss:lr=1: bss has no option "lr"/],
  [{ methods: 'adarand:threads=2' }, /--methods adarand:threads=2: adarand has no option "threads"/],
  [
    { methods: 'adarand:learning-rate=fast' },
    /--methods adarand:\S+: learningRate must be a number, not "fast"/,
  ],
  [{ methods: 'adarand:alpha' }, /there is no method "adarand:alpha"/],
  [{ methods: 'adarand:alpha=0.9;nothing' }, /adarand:alpha=0\.9;nothing is not understood/],
  [{ fractions: '0,100' }, /--fractions 0 must be greater than 0, not 0/],
  [{ fractions: '0.25,1' }, /--fractions 0\.25 is in percent, and below 1; a share of 0\.25 is 25$/],
  [{ fractions: 'half' }, /--fractions half must be a number, not "half"/],
  [{ seeds: '2,2' }, /--seeds has 2 twice/],
  [{ seeds: '1,2', seed: 3 }, /the first seed is given, and a list of seeds, too/],
  [{ models: undefined }, /--model is missing/],
  [{ batchSize: 0 }, /--batch-size must be at least 1, not 0/],
];
for (const [flags, message] of refused)
  test(`refuses ${JSON.stringify(flags)}`, async () => {
    await assert.rejects(resolved(flags), (error: unknown) => {
      assert.ok(error instanceof AdarandError);
      assert.match(error.message, message);
      return true;
    });
  });

for (const [text, message] of [
  ['data: [', /^experiment\.yaml:\d: Flow sequence/],
  ['- a\n- b', /^experiment\.yaml:1: options must be an object/],
  ['data: a\nmodel: b\n\nmethods: 3', /^experiment\.yaml:4: methods must be a list of methods, not 3/],
  [
    'data: a\nmodel: b\nmethods:\n  - bss\n  - nmae: x',
    /^experiment\.yaml:5: methods\[1\]\.name is missing\n.*experiment\.yaml:5: there is no option nmae/,
  ],
  ['data: *nowhere', /^experiment\.yaml/],
] as const)
  test(`refuses ${JSON.stringify(text)}`, () => {
    assert.throws(
      () => parseYaml(text, 'experiment.yaml'),
      (error: unknown) => {
        assert.ok(error instanceof AdarandError);
        assert.match(error.message, message);
        return true;
      },
    );
  });
