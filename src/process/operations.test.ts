import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { type OperationName, operationNames } from '../run/operations/operation.js';
import { describeOptions } from '../run/options/describe-options.js';
import { optionGroups } from '../run/options/option.js';
import { operations } from './operations.js';

/** That commands ask for by themselves; nobody types their options. */
const internal: ReadonlySet<OperationName> = new Set(['check-runs', 'measure-run', 'find-cuda']);

test('the file of each operation is loaded by the list', () => {
  const folder = new URL('../run/operations/', import.meta.url);
  const files = readdirSync(folder).filter((file) => /^[a-z-]+\.js$/.test(file));
  const others = ['operation.js'];
  const elsewhere = ['report'];
  assert.equal(files.length, operationNames.length + others.length - elsewhere.length, files.join());
});

for (const name of operationNames)
  describe(`the operation ${name}`, () => {
    test('is the one that is loaded by its name', async () => {
      assert.equal((await operations[name]()).name, name);
    });

    if (internal.has(name)) return;
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
