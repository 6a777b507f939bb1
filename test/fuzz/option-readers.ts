import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Random } from '../../src/random.js';
import { openMethod } from '../../src/run/method/open-method.js';
import { evaluate } from '../../src/run/operations/evaluate.js';
import { exportRun } from '../../src/run/operations/export-run.js';
import { predict } from '../../src/run/operations/predict.js';
import { checkOptions } from '../../src/run/options/check-options.js';
import { parseOptions } from '../../src/run/options/parse-options.js';
import { trainOptionsSchema } from '../../src/run/options/train-options.js';
import { jsonReader, textOf } from './json-reader.js';
import { anything, mutateTree } from './mutate-tree.js';
import { faultOf } from './outcome.js';
import type { Reader } from './reader.js';

/** Names the seed by which something that JSON cannot say is put into options. */
const BEYOND_JSON = 'beyond JSON';

/** Options that are changed as JSON, or by what only a program can pass. */
function optionsReader(samples: readonly object[], check: (options: unknown) => unknown): Reader {
  const reader = jsonReader(
    ['run/options/parse-options.ts'],
    async () => samples,
    (bytes) => check(optionsOf(bytes)),
  );
  return {
    ...reader,
    mutate(sample, random) {
      if (random.uniform() < 0.5) return reader.mutate(sample, random);
      const given = parsed(sample);
      return isObject(given)
        ? Buffer.from(JSON.stringify({ ...given, [BEYOND_JSON]: random.uint32() }))
        : reader.mutate(sample, random);
    },
  };
}

function optionsOf(bytes: Uint8Array): unknown {
  const given = parsed(bytes);
  if (!isObject(given)) return given;
  const { [BEYOND_JSON]: seed, ...options } = given;
  if (typeof seed === 'number') mutateTree(options, new Random(seed, 'test'), anything);
  return options;
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(bytes));
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const data = 'data';
const run = 'run';
let modules = 0;

export const optionReaders = {
  'options of train': optionsReader(
    [
      {
        data,
        model: 'm',
        method: 'adarand',
        methodOptions: {},
        lambda: 0.5,
        epochs: 3,
        batchSize: 4,
        learningRate: 0.1,
      },
      {
        data,
        model: 'm',
        method: 'bss+l2-sp',
        augment: 'crop',
        trainFraction: 0.5,
        threads: 2,
        device: 'wasm',
        seed: 7,
      },
      {
        data,
        model: 'm',
        method: 'delta',
        methodOptions: { attention: 'gradient' },
        flip: false,
        patience: 2,
        train: 'last:2',
        layerDecay: 0.5,
      },
    ],
    (options) => checkOptions(parseOptions(trainOptionsSchema, options)),
  ),
  'options of others': optionsReader(
    [
      { run, images: ['a.jpg'], top: 3 },
      { run, data, split: 'test' },
      { run, to: 'folder' },
    ],
    (options) => {
      const schemas = [predict, evaluate, exportRun].map(({ request }) => request);
      const problems = schemas.map((schema) => {
        try {
          parseOptions(schema, options);
          return undefined;
        } catch (error) {
          return error;
        }
      });
      // Each sample is one of them.
      for (const problem of problems)
        if (problem !== undefined && faultOf(problem) !== undefined) throw problem;
      if (!problems.includes(undefined)) throw problems[0];
    },
  ),
  'own method': jsonReader(
    ['run/method/own-method.ts', 'run/method/module-files.ts'],
    async () => [
      {
        method: {
          name: 'mine',
          title: 'Mine',
          paper: 'none',
          formula: 'f',
          defaultLambda: 1,
          lambdaUnit: 'features',
        },
        bound: { needs: ['features', 'labels'], trains: 'all' },
      },
    ],
    async (bytes, folder) => {
      // A module is loaded once under a name.
      const path = join(folder, `method${modules++}.mjs`);
      await writeFile(path, moduleOf(bytes));
      try {
        (await openMethod(path)).bind({});
      } finally {
        await rm(path);
      }
    },
  ),
} satisfies Record<string, Reader>;

const zod = JSON.stringify(import.meta.resolve('zod'));

/** A module whose method is described by the text. */
function moduleOf(bytes: Uint8Array): string {
  const given = JSON.stringify(textOf(bytes));
  return `import { z } from ${zod};
const { method = {}, bound = {} } = JSON.parse(${given});
export default { options: z.strictObject({}), bind: () => ({ loss: () => ({}), ...bound }), ...method };
`;
}
