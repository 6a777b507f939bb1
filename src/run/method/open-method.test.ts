import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { didYouMean } from '../../did-you-mean.js';
import { adarand } from '../../methods/adarand.js';
import { methodNames, methods } from '../../methods/index.js';
import { bindMethod, typedMethodOptions } from './bind-method.js';
import { describeMethodOptions } from './describe-method.js';
import { openMethod } from './open-method.js';

test('every option of every method is described, and its default is valid', () => {
  for (const name of methodNames) {
    const method = methods[name];
    for (const option of describeMethodOptions(method)) {
      assert.notEqual(option.description, '', `${name}: ${option.name}`);
      if (option.default === undefined) continue;
      // As a word of the command line.
      const word = { [option.name]: String(option.default) };
      const { options } = bindMethod(method, typedMethodOptions(method, word));
      const expected = method.bind({ [option.name]: option.default }).options;
      assert.deepEqual(options, expected, `${name}: ${option.name}`);
    }
  }
});

test('words become what the schema wants', () => {
  const bound = (words: Record<string, string>) => bindMethod(adarand, typedMethodOptions(adarand, words));
  const { options } = bound({ alpha: '2.5e-1', inter: 'false', form: 'article' });
  assert.deepEqual(options, adarand.bind({ alpha: 0.25, inter: false, form: 'article' }).options);
  assert.throws(() => bound({ inter: 'no' }), /inter/);
  assert.throws(() => bound({ alpha: '' }), /alpha/);
});

test('from a program, words are no numbers', () => {
  for (const [given, message] of [
    [{ alpha: '0.9' }, 'adarand cannot use these options: alpha: must be a number, not "0.9"'],
    [{ inter: 'true' }, 'adarand cannot use these options: inter: must be true or false, not "true"'],
  ] as const)
    assert.throws(() => bindMethod(adarand, given), { code: 'method.option', message });
});

test('a method may come from a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'adarand-'));
  try {
    const schema = new URL(import.meta.resolve('zod')).href;
    const module = (exported: string) => `import { z } from '${schema}';\nexport default ${exported};\n`;
    const good = join(folder, 'mine.js');
    await writeFile(
      good,
      module(
        `{ name: 'mine', options: z.strictObject({}), defaultLambda: 0, bind: () => ({ needs: [], loss: () => ({}) }) }`,
      ),
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
