import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { loadOperation } from '../../process/load-operation.js';
import { describeOptions } from '../options/describe-options.js';
import { optionGroups } from '../options/option.js';
import { Operation } from './operation.js';

const here = new URL('.', import.meta.url);
const files = readdirSync(here).filter((file) => /^[a-z-]+\.js$/.test(file) && file !== 'operation.js');

test('there are operations', () => assert.ok(files.length >= 6, files.join()));

for (const file of files)
  describe(`the operation of ${file}`, () => {
    const url = new URL(file, here).href;

    test('is the only one of its file, and is found by its module', async () => {
      const exported: Readonly<Record<string, unknown>> = await import(url);
      const operations = Object.values(exported).filter((value) => value instanceof Operation);
      const [operation] = operations;
      assert.equal(operations.length, 1);
      assert.equal(operation?.module, url);
      assert.equal(await loadOperation(url), operation);
    });

    test('has options that are described in sentences, each by its own, with defaults that are valid', async () => {
      const { request } = await loadOperation(url);
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
