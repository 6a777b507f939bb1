import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { adarand } from '../../methods/adarand.js';
import { isMethodName, methodByName, methods } from '../../methods/index.js';
import { didYouMean } from '../options/did-you-mean.js';
import { describeMethodOptions, openMethod, parseMethodOptions } from './open-method.js';

test('every option of every method is described, and its default is valid', () => {
  for (const name of Object.keys(methods).filter(isMethodName)) {
    const method = methodByName(name);
    for (const option of describeMethodOptions(method)) {
      assert.notEqual(option.description, '', `${name}: ${option.name}`);
      if (option.default === undefined) continue;
      // As a word of the command line.
      const parsed = parseMethodOptions(method, { [option.name]: String(option.default) });
      assert.deepEqual(
        parsed,
        method.options.parse({ [option.name]: option.default }),
        `${name}: ${option.name}`,
      );
    }
  }
});

test('words become what the schema wants', () => {
  const parsed = parseMethodOptions(adarand, { alpha: '2.5e-1', inter: 'false', form: 'article' });
  assert.deepEqual(parsed, adarand.options.parse({ alpha: 0.25, inter: false, form: 'article' }));
  assert.throws(() => parseMethodOptions(adarand, { inter: 'no' }), /inter/);
  assert.throws(() => parseMethodOptions(adarand, { alpha: '' }), /alpha/);
});

test('a method may come from a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'adarand-'));
  try {
    const schema = new URL(import.meta.resolve('zod')).href;
    const module = (exported: string) => `import { z } from '${schema}';\nexport default ${exported};\n`;
    const good = join(folder, 'mine.js');
    await writeFile(
      good,
      module(`{ name: 'mine', needs: [], options: z.strictObject({}), defaultLambda: 0, build: () => ({}) }`),
    );
    assert.equal((await openMethod(good)).name, 'mine');
    const bad = join(folder, 'other.mjs');
    await writeFile(bad, module(`{ name: 'other' }`));
    await assert.rejects(openMethod(bad), /does not export a method/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a slip is recognised, another word is not', () => {
  const known = ['adarand', 'randreg', 'fnp'];
  assert.equal(didYouMean('adarnad', known), ' Did you mean "adarand"?');
  assert.equal(didYouMean('FNP', known), ' Did you mean "fnp"?');
  assert.equal(didYouMean('transformer', known), '');
});
