import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { describeOptions } from '../options/describe-options.js';
import { optionGroups } from '../options/option.js';
import { operations } from './index.js';
import { operationNames } from './operation.js';

test('the file of each operation is loaded by the list', () => {
  const files = readdirSync(new URL('.', import.meta.url)).filter((file) => /^[a-z-]+\.js$/.test(file));
  assert.equal(files.length, operationNames.length + ['index.js', 'operation.js'].length, files.join());
});

for (const name of operationNames)
  describe(`the operation ${name}`, () => {
    test('is the one that is loaded by its name', async () => {
      assert.equal((await operations[name]()).name, name);
    });

    test('has options that are described in sentences, each by its own, with defaults that are valid', async () => {
      const { request } = await operations[name]();
      const options = describeOptions(request);
      for (const { key, description, group, type, value, ...option } of options) {
        assert.match(description, /^[A-Z].*\.$/, key);
        assert.ok(optionGroups.includes(group), key);
        assert.equal(
          value === undefined,
          type.kind === 'switch',
          `${key} needs a placeholder unless it is a switch`,
        );
        assert.equal(option.off !== undefined, type.kind === 'switch' && option.default === true, key);
        assert.ok(option.required || option.default !== undefined || option.otherwise !== undefined, key);
        const schema = request.shape[key];
        assert.ok(schema instanceof z.ZodType);
        if (!option.required) assert.deepEqual(schema.parse(undefined), option.default, key);
      }
      assert.equal(new Set(options.map(({ description }) => description)).size, options.length);
    });
  });
