import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { commands } from '../../src/cli/commands/index.js';
import { createProgram } from '../../src/cli/program.js';
import { packageFolder } from '../../src/package.js';
import { anchorsOf, codeOf, documentPaths, flagsIn, linksOf, repositoryPathsIn } from './links.js';

const root = packageFolder();
const documents = documentPaths().map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

for (const { path, text } of documents) {
  test(`every link of ${path} leads somewhere`, () => {
    for (const link of linksOf(text).filter((target) => !/^[a-z]+:/.test(target))) {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : join(dirname(path), file);
      assert.ok(existsSync(join(root, target)), `${link}: there is no ${target}`);
      if (anchor === undefined) continue;
      const anchors = anchorsOf(readFileSync(join(root, target), 'utf8'));
      assert.ok(anchors.has(anchor), `${link}: ${target} has no such heading`);
    }
  });

  test(`every file that ${path} names exists`, () => {
    const paths = codeOf(text).flatMap(repositoryPathsIn);
    assert.deepEqual(
      paths.filter((named) => !existsSync(join(root, named))),
      [],
    );
  });
}

test('every flag in the documents is one of the command line', async () => {
  const known = await knownFlags();
  // The changelog names flags of earlier versions, too.
  for (const { path, text } of documents.filter((document) => document.path !== 'CHANGELOG.md')) {
    const unknown = codeOf(text)
      .flatMap(flagsIn)
      .filter((flag) => !known.has(flag));
    assert.deepEqual(unknown, [], path);
  }
});

test('anchors, links, paths and flags are found where they are, and not in code of other kinds', () => {
  const text =
    '# Your own `bss`, *really*?\n\nSee [this](a.md#b) and `[not](c.md)`.\n\n    # not\n\n## Twice\n## Twice\n';
  assert.deepEqual([...anchorsOf(text)], ['your-own-bss-really', 'twice', 'twice-1']);
  assert.deepEqual(linksOf(text), ['a.md#b']);
  assert.deepEqual(codeOf(text), ['# not', 'bss', '[not](c.md)']);
  assert.deepEqual(repositoryPathsIn('see src/index.ts, build/src/x.js, test/golden/ and test/*.json'), [
    'src/index.ts',
    'test/golden/',
  ]);
  assert.deepEqual(flagsIn('adarand train photos --epochs 3 --no-flip'), ['--epochs', '--no-flip']);
  assert.deepEqual(flagsIn('npm run bench -- --rounds 3'), []);
  assert.deepEqual(flagsIn('curl --data-binary @IMAGE localhost'), []);
});

async function knownFlags(): Promise<ReadonlySet<string>> {
  const flags = new Set(['--help', '--version']);
  for (const { name } of commands) {
    const command = (await createProgram([name])).commands.find((each) => each.name() === name);
    for (const { short, long } of command?.options ?? [])
      for (const flag of [short, long]) if (flag) flags.add(flag);
  }
  return flags;
}
