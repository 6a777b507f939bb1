import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bundled } from '../test/helpers/cli.js';
import { entries, entryFile, packageFolder } from './package.js';

test('an entry is a file, as it is compiled and in the bundle', () => {
  for (const entry of entries)
    for (const file of [entryFile(entry), bundled(entry)]) assert.ok(existsSync(file), file);
});

// In a bundle, a file is not beside that of the module that it was beside.
test('no other module names a file of the program by its own place', () => {
  const sources = join(packageFolder(), 'src');
  const found = readdirSync(sources, { encoding: 'utf8', recursive: true }).filter(
    (path) =>
      path.endsWith('.ts') &&
      !/\.test\.ts$|^page\b|^package\.ts$/.test(path) &&
      // What is resolved by a package's name is the same from everywhere.
      readFileSync(join(sources, path), 'utf8')
        .replaceAll(/createRequire\(import\.meta\.url\)|import\.meta\.resolve\((?:`@|entry)/g, '')
        .includes('import.meta'),
  );
  assert.deepEqual(found, []);
});
