/**
 * Runs the compiled tests: `node tools/test.mjs [PART OF A PATH ...]`, all of them by default.
 *
 * What is run follows from the sources, so a test whose source is gone, and whose old output is still in `build`, is
 * not. Output and exit code are those of `node --test`. Node 20's runner takes no patterns, hence this script.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

// A source's path is as good as that of its compiled form.
const wanted = process.argv.slice(2).map((part) => part.replace(/\.ts$/, '.js'));
const files = ['src', 'test', 'bench', 'examples', 'tools']
  .flatMap((folder) => readdirSync(folder, { recursive: true }).map((path) => join(folder, path)))
  .filter((path) => path.endsWith('.test.ts'))
  .map((path) => join('build', path.replace(/\.ts$/, '.js')))
  .filter((path) => wanted.length === 0 || wanted.some((part) => path.includes(part)))
  .sort((a, b) => Number(isLong(b)) - Number(isLong(a)) || (a < b ? -1 : 1));

const missing = files.filter((path) => !existsSync(path));
if (files.length === 0) fail(`no test's path contains ${wanted.join(' or ')}`);
if (missing.length > 0) fail(`not compiled: ${missing.join(', ')}; run npm run compile`);

// What starts the program starts its bundle, as users do.
const bundled = spawnSync(process.execPath, ['build/tools/bundle/main.js', 'build/bundle'], {
  stdio: 'inherit',
});
if (bundled.status !== 0) fail('the program could not be bundled');

const { status } = spawnSync(
  process.execPath,
  [
    // Most processes end within a second or two, and do not live to gain from what V8 optimizes: later, it costs a fifth less.
    '--interrupt-budget=1000000',
    '--test',
    '--test-reporter=spec',
    // Sessions of ONNX Runtime use every core by themselves; a second file fills the gaps where one waits.
    '--test-concurrency=2',
    ...files,
  ],
  { stdio: ['ignore', 'inherit', 'inherit'] },
);
process.exitCode = status ?? 1;

/** These take the longest, and begin first: at the end, one would run alone. */
function isLong(path) {
  return ['docs/published', 'quantize/families'].some((part) => path.includes(part));
}

function fail(reason) {
  console.error(reason);
  process.exit(1);
}
