import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageFolder } from '../src/package.js';

interface Listed {
  readonly hasInstallScript?: boolean;
}
interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>;
}

const root = packageFolder();
const lock: { readonly packages: Readonly<Record<string, Listed>> } = read('package-lock.json');
const { allowScripts }: { readonly allowScripts: Readonly<Record<string, boolean>> } = read('package.json');

function read(...parts: readonly string[]) {
  return JSON.parse(readFileSync(join(root, ...parts), 'utf8'));
}

// npm adds it again when the package is updated: remove it then, or `npm ci` downloads CUDA libraries.
test('package-lock.json says of no package that it has an install script', () => {
  const marked = Object.entries(lock.packages).filter(
    ([, { hasInstallScript }]) => hasInstallScript === true,
  );
  assert.deepEqual(
    marked.map(([path]) => path),
    [],
  );
});

test('package.json refuses the scripts of every package that has some', () => {
  const withScripts = Object.keys(lock.packages).filter((path) => {
    if (path === '' || !existsSync(join(root, path, 'package.json'))) return false;
    const { scripts = {} }: Manifest = read(path, 'package.json');
    return ['preinstall', 'install', 'postinstall'].some((name) => name in scripts);
  });
  assert.deepEqual(
    withScripts.map((path) => path.replace(/^.*node_modules\//, '')).sort(),
    Object.keys(allowScripts).sort(),
  );
  assert.deepEqual(new Set(Object.values(allowScripts)), new Set([false]));
});
