import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { renderPng } from './png.js';
import { element, svg, text } from './svg.js';

test('a PNG has the size of the picture times the scale, and its colours', async () => {
  const png = await renderPng(
    svg(60, 40, element('rect', { x: 30, y: 0, width: 30, height: 40, fill: '#ff0000' })),
    {
      scale: 3,
    },
  );
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  assert.deepEqual([info.width, info.height], [180, 120]);
  const pixel = (x: number, y: number) => [...data.subarray((y * 180 + x) * 3, (y * 180 + x) * 3 + 3)];
  assert.deepEqual(pixel(20, 60), [255, 255, 255]);
  assert.deepEqual(pixel(150, 60), [255, 0, 0]);
});

test('different texts look different', async () => {
  const [i, w] = await Promise.all(
    ['iii', 'WWW'].map((word) => renderPng(svg(90, 40, text(5, 30, word, { size: 24 })))),
  );
  assert.notDeepEqual(i, w);
});

// Fontconfig decides what fonts there are on Linux only.
test('texts are legible without any font', { skip: process.platform !== 'linux' }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'adarand-fonts-'));
  try {
    const configuration = join(folder, 'fonts.conf');
    await writeFile(configuration, '<?xml version="1.0"?><fontconfig></fontconfig>');
    const program = `
      import { renderPng } from ${JSON.stringify(new URL('./png.js', import.meta.url).href)};
      import { svg, text } from ${JSON.stringify(new URL('./svg.js', import.meta.url).href)};
      const [i, w] = await Promise.all(['iii', 'WWW'].map((word) => renderPng(svg(90, 40, text(5, 30, word, { size: 24 })))));
      console.log(Buffer.compare(i, w) === 0 ? 'boxes' : 'letters');`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      env: { ...process.env, FONTCONFIG_FILE: configuration },
    });
    assert.equal(stdout.trim(), 'letters');
  } finally {
    await rm(folder, { recursive: true });
  }
});
