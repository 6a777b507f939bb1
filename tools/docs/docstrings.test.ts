import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { packageFolder } from '../../src/package.js';

const source = join(packageFolder(), 'src');
const read = (path: string) => readFileSync(join(source, path), 'utf8');

/** Entries of the package that a method's author imports. What they export is declared in the folder that they are in. */
const entries = ['graph/ops.ts', 'nn/functional.ts', 'optimizers/index.ts'];

for (const entry of entries)
  test(`all that ${entry} exports has a docstring`, () => {
    const names = exportedBy(entry);
    assert.ok(names.length > 8, `${names}`);
    const declared = declarations(dirname(entry));
    const missing = names.filter((name) => declared.get(name) === undefined);
    assert.deepEqual(missing, [], 'not found, hence not looked at');
    assert.deepEqual(
      names.filter((name) => declared.get(name) === ''),
      [],
    );
  });

test('each operator function says what it throws', () => {
  const declared = declarations('graph');
  const others = ['constant', 'scalar', 'float32', 'int32', 'zeros', 'sizeOf'];
  const silent = exportedBy('graph/ops.ts')
    .filter((name) => /^[a-z]/.test(name) && !others.includes(name))
    .filter((name) => !declared.get(name)?.includes('@throws AdarandError `graph.operand`'));
  assert.deepEqual(silent, []);
});

/** Names in `export { ... }` and `export type { ... }`, those that the file declares, and those of `export * from`. */
function exportedBy(entry: string): string[] {
  const code = read(entry);
  const listed = Array.from(code.matchAll(/^export (?:type )?\{([^}]*)\}/gm), ([, names = '']) =>
    names
      .split(',')
      .map((name) => name.trim().replace(/^type /, ''))
      .filter((name) => name !== ''),
  ).flat();
  const whole = Array.from(code.matchAll(/^export \* from '\.\/(.*)\.js'/gm), ([, file]) =>
    exportedBy(join(dirname(entry), `${file}.ts`)),
  ).flat();
  return [...listed, ...whole, ...Array.from(declarationsIn(code).keys())];
}

/** The docstring of each name that a file of the folder exports, in whatever file; '' where there is none. */
function declarations(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(join(source, folder), { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
  );
  return new Map(files.flatMap((file) => [...declarationsIn(read(join(folder, file)))]));
}

function declarationsIn(code: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const pattern =
    /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?^export (?:abstract )?(?:const|function|class|interface|type) (\w+)/gm;
  // Of a function with overloads, the first declaration is documented.
  for (const [, docstring = '', name = ''] of code.matchAll(pattern))
    if (!found.has(name)) found.set(name, docstring);
  return found;
}
