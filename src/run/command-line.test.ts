import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, symlinkSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { testFolder } from '../../test/helpers/cli.js';
import { entryFile, packageFolder, programFolder } from '../package.js';
import { quoted } from './command-line.js';

describe('a command in a message', () => {
  const folder = testFolder();
  const at = folder.inside;
  /** What a copy of the program prints, started in the folder with such a PATH. */
  const printed = (dist: string, path: string): string => {
    const module = pathToFileURL(join(dist, 'run/command-line.js')).href;
    const program = `import { commandLine } from '${module}'; console.log(commandLine('export', 'my run'));`;
    const options = { cwd: folder.path, env: { PATH: path }, encoding: 'utf8' } as const;
    return execFileSync(process.execPath, ['--input-type=module', '-e', program], options).trim();
  };

  before(async () => {
    for (const dist of ['node_modules/adarand/dist', 'clone/dist']) {
      await mkdir(at(dist, 'cli'), { recursive: true });
      await mkdir(at(dist, 'run'));
      cpSync(entryFile('cli/main'), at(dist, 'cli/main.js'));
      cpSync(join(programFolder(), 'package.js'), at(dist, 'package.js'));
      cpSync(fileURLToPath(new URL('command-line.js', import.meta.url)), at(dist, 'run/command-line.js'));
      cpSync(join(packageFolder(), 'package.json'), at(dist, '../package.json'));
    }
    await mkdir(at('node_modules/.bin'));
    await mkdir(at('bin'));
    for (const bin of ['node_modules/.bin', 'bin'])
      symlinkSync(at('node_modules/adarand/dist/cli/main.js'), at(bin, 'adarand'));
  });

  test('has npx for a package of the project, also when npm started it', () => {
    assert.equal(printed(at('node_modules/adarand/dist'), '/none'), "npx adarand export 'my run'");
    const npm = at('node_modules/.bin');
    assert.equal(printed(at('node_modules/adarand/dist'), npm), "npx adarand export 'my run'");
  });

  test('is adarand where that is on the PATH, and is this program', () => {
    assert.equal(printed(at('node_modules/adarand/dist'), at('bin')), "adarand export 'my run'");
    assert.equal(printed(at('clone/dist'), at('bin')), "node clone/dist/cli/main.js export 'my run'");
  });

  test('has words that a shell reads back', () => {
    for (const word of ['runs/a-1', 'my run', "it's", '~x', '$HOME', 'ähre/ø', 'a"b', 'a\\b', '*', '(1)'])
      assert.equal(execFileSync('sh', ['-c', `printf %s ${quoted(word)}`], { encoding: 'utf8' }), word);
    assert.equal(quoted('runs/ähre-1'), 'runs/ähre-1');
  });
});
