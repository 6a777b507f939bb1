import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import { test } from 'node:test';
import { at } from './errors.js';
import { packageFolder } from './package.js';

/** The first column of the table of layers in docs/architecture.md, from the first layer to the last; a row may have several. */
function layers(): ReadonlyMap<string, number> {
  const text = readFileSync(join(packageFolder(), 'docs', 'architecture.md'), 'utf8');
  const [, section = ''] = text.split('## Layers\n');
  const rows = Array.from(section.matchAll(/^\| (`.*?`) \|/gm), ([, cell = '']) => cell);
  return new Map(
    rows.flatMap((cell, row) =>
      Array.from(cell.matchAll(/`([^`]+)`/g), ([, name = '']) => [name.replace(/\/$/, ''), row] as const),
    ),
  );
}

/** Names all that a process can be asked to do, in whatever layer that is; it is loaded when it is asked for. */
const LIST = 'process/operations.ts';

/** Files of `src/` with the files that they import, dynamically as well. */
function imports(): { readonly file: string; readonly imported: string }[] {
  const source = join(packageFolder(), 'src');
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .map((name) => name.split(sep).join('/'))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .flatMap((file) =>
      Array.from(
        readFileSync(join(source, file), 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)\.js'/g),
        ([, path = '']) => ({ file, imported: `${posix.join(posix.dirname(file), path)}.ts` }),
      ),
    );
}

test('no layer uses one below it', () => {
  const order = layers();
  const layerOf = (file: string): number => {
    const row = order.get(at(file.split('/'), 0));
    assert.ok(row !== undefined, `${file} is in no layer of docs/architecture.md`);
    return row;
  };
  const all = imports();
  assert.ok(all.length > 1000, `${all.length} imports were found`);
  const upwards = all.filter(({ file, imported }) => file !== LIST && layerOf(imported) > layerOf(file));
  assert.deepEqual(upwards, []);
});
