import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import fc from 'fast-check';
import sharp from 'sharp';
import { confusionMatrix } from './charts/confusion-matrix.js';
import { textWidth } from './font.js';
import { colorOf, onDark, shapeOf } from './palette.js';
import { renderPng } from './png.js';
import { standalone } from './standalone.js';

const framed = (content: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="60" height="40" viewBox="0 0 60 40">${content}</svg>`;
const text = (content: string, more = '') =>
  framed(
    `<text text-anchor="start" transform="translate(5,30)" font-family="Arimo" font-size="20px"${more} fill="currentColor">${content}</text>`,
  );

test('a PNG has the size of the picture times the scale, and its colours', async () => {
  const png = await renderPng(framed('<rect x="30" y="0" width="30" height="40" fill="#ff0000"/>'), {
    scale: 3,
  });
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  assert.deepEqual([info.width, info.height], [180, 120]);
  const pixel = (x: number, y: number) => [...data.subarray((y * 180 + x) * 3, (y * 180 + x) * 3 + 3)];
  assert.deepEqual(pixel(20, 60), [255, 255, 255]);
  assert.deepEqual(pixel(150, 60), [255, 0, 0]);
});

test('a chart with any names can be drawn', async () => {
  const drawable = async (one: string, other: string) => {
    const chart = await confusionMatrix({ classes: [one, `${other}.`], counts: [3, 1, 0, 2] });
    assert.ok((await renderPng(chart, { scale: 1 })).length > 100);
  };
  await drawable(`"it's" & <b>`, 'bell \u0007, \uffff and half a \ud800');
  const name = fc.string({ unit: 'binary', maxLength: 12 });
  await fc.assert(fc.asyncProperty(name, name, drawable), { numRuns: 25 });
});

test('every printable character of ASCII and Latin-1 has an outline of its own, also in bold', () => {
  const characters = [...Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)), ...'éüß±µ–−…×'];
  const visible = characters.filter((character) => character.trim() !== '');
  for (const weight of ['', ' font-weight="bold"']) {
    const drawn = visible.map((character) => {
      const escaped = character.replace(/[&<>]/g, (c) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt' }[c]};`);
      const svg = standalone(text(escaped, weight));
      assert.doesNotMatch(svg, /<text/);
      return / d="(M[^"]+)"/.exec(svg)?.[1] ?? assert.fail(svg);
    });
    // Micro and mu, minus and en dash may be alike.
    assert.ok(new Set(drawn).size >= visible.length - 2, `${new Set(drawn).size} of ${visible.length}`);
  }
});

test('an outline keeps place, colour and content of its text; what the font lacks stays a text', () => {
  const end = text('a&lt;b').replace('"start"', '"end"');
  const width = Math.round(100 * textWidth('a<b', 20)) / 100;
  assert.match(
    standalone(end),
    new RegExp(
      `aria-label="a&lt;b" fill="currentColor" transform="translate\\(5,30\\) translate\\(-${width},0\\)" d="M`,
    ),
  );
  assert.match(standalone(text('犬')), /<text[^>]*>犬<\/text>/);
});

test('a picture is the same without any font', { skip: process.platform !== 'linux' }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'adarand-fonts-'));
  try {
    // Fontconfig decides what fonts there are on Linux only.
    const configuration = join(folder, 'fonts.conf');
    await writeFile(configuration, '<?xml version="1.0"?><fontconfig></fontconfig>');
    const program = `
      import { createHash } from 'node:crypto';
      const { renderPng } = await import(${JSON.stringify(new URL('./png.js', import.meta.url).href)});
      console.log(createHash('sha256').update(await renderPng(${JSON.stringify(text('Wi 3'))})).digest('hex'));`;
    const run = async (env: NodeJS.ProcessEnv) =>
      (await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { env })).stdout;
    const without = await run({ ...process.env, FONTCONFIG_FILE: configuration });
    assert.match(without, /^[0-9a-f]{64}\n$/);
    assert.equal(without, await run(process.env));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('widths grow with size and length, and are those of the font', () => {
  assert.equal(textWidth('', 12), 0);
  assert.ok(textWidth('WW', 12) > textWidth('ii', 12));
  assert.ok(Math.abs(textWidth('abc', 24) - 2 * textWidth('abc', 12)) < 1e-9);
  // Arial's: a is 1139 of 2048 wide, and so is a digit.
  assert.ok(Math.abs(textWidth('a0', 2048) - 2 * 1139) < 1);
});

test('a hundred classes have a hundred appearances', () => {
  const appearances = Array.from({ length: 100 }, (_, i) => `${colorOf(i)} ${shapeOf(i)}`);
  assert.equal(new Set(appearances).size, 100);
});

test('every colour stands out from a light and from a dark page', () => {
  const luminance = (color: string) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => {
      const value = Number.parseInt(color.slice(i, i + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a: string, b: string) => {
    const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  for (let i = 0; i < 10; i++) {
    const color = colorOf(i);
    assert.ok(contrast(color, '#ffffff') > 1.5, color);
    assert.ok(contrast(onDark.get(color) ?? color, '#1c2128') > 3, color);
  }
});
