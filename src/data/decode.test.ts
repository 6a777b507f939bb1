import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { crc32, deflateSync, gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { decodeFailure, decodeImage } from './decode.js';

/** A grey PNG of zeros. */
function png(width: number, height: number, interlaced: boolean): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, interlaced ? 1 : 0], 8);
  const pixels = deflateSync(Buffer.alloc(height * (width + 1)));
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

const failure = (bytes: Uint8Array) => decodeImage(bytes, 64).then(() => undefined, decodeFailure);

test('a thin image is decoded up to a length, and its pixels are counted before memory is taken', async () => {
  const { width, height } = await decodeImage(png(26, 100_000, false), 64);
  assert.deepEqual([width, height], [26, 100_000]);
  const before = process.resourceUsage().maxRSS;
  assert.equal(await failure(png(26, 2_000_000, false)), 'too many pixels: 26 x 2000000');
  assert.ok(process.resourceUsage().maxRSS - before < 200_000, 'in kilobytes');
});

test('an image that is decoded as a whole may have fewer pixels than one that is shrunk on the way', async () => {
  assert.equal((await decodeImage(png(9000, 9000, false), 64)).width, 64);
  assert.equal(await failure(png(9000, 9000, true)), 'too many pixels: 9000 x 9000');
  const gif = await sharp({ create: { width: 8200, height: 8200, channels: 3, background: 'red' } })
    .gif()
    .toBuffer();
  assert.equal(await failure(gif), 'too many pixels: 8200 x 8200');
});

const drawing =
  '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';

test('what the library could read besides images is refused by its content, as bytes and as a file of any name', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'adarand-decode-'));
  const svg = 'SVG, not supported: convert it to JPEG or PNG';
  const none = 'not an image, or a format that cannot be read';
  const cases: readonly (readonly [string | Uint8Array, string])[] = [
    [drawing, svg],
    [`\ufeff \n${drawing}`, svg],
    [`<?xml version="1.0"?>\n<!-- ${'made with a program '.repeat(20)} -->\n<!DOCTYPE svg>${drawing}`, svg],
    ['<svg:svg xmlns:svg="http://www.w3.org/2000/svg"/>', svg],
    [gzipSync(drawing), none],
    ['I like <svg>', none],
    ['', 'empty file'],
    [`<!DOCTYPE html><html>${drawing}</html>`, 'a web page, not an image'],
  ];
  try {
    for (const [content, reason] of cases) {
      assert.equal(await failure(Buffer.from(content)), reason);
      const path = join(folder, 'picture.jpg');
      await writeFile(path, content);
      assert.equal(await decodeImage(path, 64).then(() => undefined, decodeFailure), reason);
    }
    assert.equal(await failure(Buffer.from('\xb6\xa6\xf2\x08', 'latin1')), none);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('every format that is read is recognised by its first bytes', async () => {
  const picture = sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } });
  for (const format of ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)
    assert.equal((await decodeImage(await picture.clone().toFormat(format).toBuffer(), 64)).width, 9, format);
  const big = await picture.clone().tiff({ bigtiff: true }).toBuffer();
  assert.equal((await decodeImage(big, 64)).width, 9);
});
