import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { bundled } from '../../test/helpers/cli.js';
import { entries } from '../package.js';
import { commands } from './commands/index.js';

/** The packages that compiled files import before anything is asked of them, themselves or by files that they import. */
function packagesOf(...files: readonly string[]): Set<string> {
  const seen = new Set(files);
  const packages = new Set<string>();
  for (const file of seen)
    for (const [, from = ''] of readFileSync(file, 'utf8').matchAll(
      /^(?:import|export) [^;]*?['"]([^'"]+)['"];$/gm,
    ))
      if (from.startsWith('.')) seen.add(join(dirname(file), from));
      else if (!from.startsWith('node:')) packages.add(from);
  return packages;
}

const compiled = fileURLToPath(new URL('..', import.meta.url));
const heavy = ['vega', 'vega-lite', 'opentype.js', 'onnxruntime-node', 'koffi', '@huggingface/hub'];

test('neither the library nor a command loads what computes or draws', () => {
  const files = ['index.js', 'cli/main.js', ...commands.map(({ name }) => `cli/commands/${name}.js`)];
  for (const file of files) {
    const packages = packagesOf(join(compiled, file));
    for (const name of heavy) assert.ok(!packages.has(name), `${file} loads ${name}`);
  }
  assert.ok(packagesOf(join(compiled, 'index.js')).has('zod'));
  assert.ok(packagesOf(join(compiled, 'run/use/look/look-at-run.js')).has('vega'));
});

test('what trains, classifies or exports draws nothing', () => {
  for (const file of [
    'run/train/train-run.js',
    'run/use/predict-run.js',
    'run/use/export-run.js',
    'classifier/main.js',
  ])
    assert.ok(!packagesOf(join(compiled, file)).has('vega'), file);
});

test('the bundle loads as little, and has in it what it needs at its start', () => {
  for (const entry of entries) {
    const packages = packagesOf(bundled(entry));
    for (const name of [...heavy, 'zod', '@bufbuild/protobuf'])
      assert.ok(!packages.has(name), `${entry} loads ${name}`);
  }
  assert.ok(packagesOf(bundled('cli/main')).has('commander'));
  assert.ok(packagesOf(bundled('data/worker')).has('sharp'));
  const chunks = join(dirname(bundled('index')), 'chunks');
  const all = readdirSync(chunks).map((name) => join(chunks, name));
  assert.ok(packagesOf(...all).has('vega'));
  assert.ok(![...packagesOf(...all)].some((name) => /^(?:zod|@bufbuild)/.test(name)));
});
