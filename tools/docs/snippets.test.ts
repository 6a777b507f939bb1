import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageFolder } from '../../src/package.js';

const root = packageFolder();
const read = (path: string) => readFileSync(join(root, path), 'utf8');

const published: ReadonlyMap<string, string> = new Map([
  ['../src/graph/index.js', 'adarand/graph'],
  ['../src/index.js', 'adarand'],
  ['../src/nn/functional.js', 'adarand/nn/functional'],
  ['../src/optimizers/index.js', 'adarand/optimizers'],
]);

/** An example as a project of its own would have it: by the package's names, without the comment at its head. */
function asPublished(example: string): string {
  const code = example.replace(/^\/\*\*[\s\S]*?\*\/\n/m, '');
  return code.replace(/from '(\.[^']+)'/g, (whole, path) => {
    const name = published.get(path);
    return name === undefined ? whole : `from '${name}'`;
  });
}

test("README.md's programs are the tested examples", () => {
  const snippets = Array.from(read('README.md').matchAll(/^```ts\n([\s\S]*?)^```/gm), ([, code]) => code);
  assert.deepEqual(snippets, [
    asPublished(read('examples/library.ts')),
    asPublished(read('examples/own-method.ts')),
  ]);
});

test('the package exports what the examples import', () => {
  const { exports } = JSON.parse(read('package.json'));
  for (const name of published.values())
    assert.ok(name.replace(/^adarand/, '.') in exports, `${name} is not exported`);
});
