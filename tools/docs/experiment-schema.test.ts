import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { experimentSchema } from '../../src/experiments/compare/options/experiment.js';
import { parseYaml } from '../../src/experiments/compare/options/read-yaml.js';
import { resolveExperiment } from '../../src/experiments/compare/options/resolve-experiment.js';
import { packageFolder } from '../../src/package.js';
import { experimentJsonSchema } from './experiment-schema.js';

test('the schema for editors has every key of an experiment, with its description, and no other', () => {
  const { properties, additionalProperties, required } = JSON.parse(experimentJsonSchema());
  assert.deepEqual(Object.keys(properties).sort(), Object.keys(experimentSchema.shape).sort());
  for (const [key, { description }] of Object.entries<{ description?: string }>(properties))
    assert.match(description ?? '', /\.$/, key);
  assert.equal(additionalProperties, false);
  assert.deepEqual(required, ['data']);
});

test("the document's file is an experiment", async () => {
  const text = readFileSync(join(packageFolder(), 'docs/compare.md'), 'utf8');
  const [, file = ''] = /^```yaml\n([\s\S]*?)^```/m.exec(text) ?? assert.fail('it has none');
  const { experiment, where } = parseYaml(file, 'experiment.yaml');
  const { methods, fractions } = await resolveExperiment(experiment, where);
  assert.deepEqual(
    methods.map(({ label }) => label),
    ['fine-tuning', 'adarand', 'uniform prior'],
  );
  assert.deepEqual(fractions, [0.5, 1]);
});
