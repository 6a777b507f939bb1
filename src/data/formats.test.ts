import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { decodeFailure, decodeImage } from './decode.js';
import { COMPRESSION, PHOTOMETRIC, tiffNumbers } from './tiff-directory.js';

/** Of a tag: its number, its type (3: 16 bits, 4: 32 bits), its values. */
type Entry = readonly [tag: number, type: 3 | 4, ...values: number[]];

interface Tiff {
  readonly photometric: number;
  readonly channels: number;
  readonly samples: readonly number[];
  readonly bits?: 8 | 16;
  /** 1: none, 5: LZW. */
  readonly compression?: number;
  readonly more?: readonly Entry[];
}

/** A TIFF of 2 x 2 pixels. Values that do not fit into an entry come after the directory, the samples at the end. */
function tiff({ photometric, channels, samples, bits = 8, compression = 1, more = [] }: Tiff): Buffer {
  const entries: readonly Entry[] = [
    [256, 3, 2],
    [257, 3, 2],
    [258, 3, ...Array<number>(channels).fill(bits)],
    [259, 3, compression],
    [262, 3, photometric],
    [273, 4, 0],
    [277, 3, channels],
    [278, 3, 2],
    [279, 4, samples.length],
    ...more,
  ];
  const directory = Buffer.alloc(8 + 2 + 12 * entries.length + 4);
  const outside: Buffer[] = [];
  let end = directory.length;
  directory.write('II*\0\x08\0\0\0', 'latin1');
  directory.writeUInt16LE(entries.length, 8);
  entries.forEach(([tag, type, ...values], i) => {
    const at = 10 + 12 * i;
    const bytes = Buffer.from((type === 3 ? Uint16Array : Uint32Array).from(values).buffer);
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(type, at + 2);
    directory.writeUInt32LE(values.length, at + 4);
    if (bytes.length <= 4) {
      bytes.copy(directory, at + 8);
      return;
    }
    directory.writeUInt32LE(end, at + 8);
    outside.push(bytes);
    end += bytes.length;
  });
  directory.writeUInt32LE(end, 10 + 12 * entries.findIndex(([tag]) => tag === 273) + 8);
  return Buffer.concat([directory, ...outside, Buffer.from(samples)]);
}

/** 2 x 2 pixels of these samples. */
const four = (...samples: readonly number[]) => Array.from({ length: 4 }, () => samples).flat();

/** Codes of nine bits: clear, twelve samples, end. */
function lzw(samples: readonly number[]): readonly number[] {
  const text = [256, ...samples, 257].map((code) => code.toString(2).padStart(9, '0')).join('');
  return (text.match(/.{1,8}/g) ?? []).map((bits) => Number.parseInt(bits.padEnd(8, '0'), 2));
}

const everyChannelWhole: Entry = [530, 3, 1, 1];
const pixel = async (bytes: Uint8Array) => [...(await decodeImage(bytes, 64)).data.subarray(0, 3)];
const failure = (bytes: Uint8Array) => decodeImage(bytes, 64).then(() => undefined, decodeFailure);
const convert = 'not supported: convert it to JPEG or PNG';

test('the colours of a TIFF are read by what it says of them', async () => {
  assert.deepEqual(await pixel(tiff({ photometric: 0, channels: 1, samples: four(50) })), [205, 205, 205]);
  assert.deepEqual(await pixel(tiff({ photometric: 1, channels: 1, samples: four(50) })), [50, 50, 50]);
  assert.deepEqual(await pixel(tiff({ photometric: 2, channels: 3, samples: four(9, 50, 99) })), [9, 50, 99]);
  const packed = lzw(four(9, 50, 99));
  const compressed = tiff({ photometric: 2, channels: 3, samples: packed, compression: 5 });
  assert.deepEqual(await pixel(compressed), [9, 50, 99]);
  const of = (value: number) => Array.from({ length: 256 }, (_, i) => (i === 7 ? value * 257 : 0));
  const palette: Entry = [320, 3, ...of(9), ...of(50), ...of(99)];
  const indexed = tiff({ photometric: 3, channels: 1, samples: four(7), more: [palette] });
  assert.deepEqual(await pixel(indexed), [9, 50, 99]);
});

test('YCbCr is read where it is converted, and refused where it would be taken for RGB', async () => {
  // Four of Y, then Cb and Cr: R = 100 - 1.402 * 28, G = 100 + (0.344 + 0.714) * 28, B = 100 - 1.772 * 28.
  const shared = tiff({ photometric: 6, channels: 3, samples: [100, 100, 100, 100, 100, 100] });
  assert.deepEqual(await pixel(shared), [61, 130, 50]);
  const jpeg = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#c83210' } })
    .tiff({ compression: 'jpeg' })
    .toBuffer();
  const numbers = tiffNumbers(jpeg);
  assert.deepEqual([numbers.get(PHOTOMETRIC), numbers.get(COMPRESSION)], [6, 7]);
  const [red = 0, green = 0, blue = 0] = await pixel(jpeg);
  assert.ok(Math.hypot(red - 200, green - 50, blue - 16) < 5, `${red}, ${green}, ${blue}`);
  const refused = `TIFF in YCbCr that is not compressed as JPEG, ${convert}`;
  const whole = { photometric: 6, channels: 3, more: [everyChannelWhole] };
  assert.equal(await failure(tiff({ ...whole, samples: four(100, 100, 100) })), refused);
  const packed = lzw(four(100, 100, 100));
  assert.equal(await failure(tiff({ ...whole, samples: packed, compression: 5 })), refused);
  const deep = tiff({ photometric: 6, channels: 3, bits: 16, samples: four(0, 100, 0, 100, 0, 100) });
  assert.equal(await failure(deep), 'not an image, or a format that cannot be read');
});

test('a TIFF of other colours is refused by their name', async () => {
  for (const [photometric, channels, what] of [
    [4, 1, 'TIFF of a mask'],
    [8, 3, 'TIFF in CIELab'],
    [8, 1, 'TIFF in CIELab'],
    [9, 3, 'TIFF in ICCLab'],
    [32803, 1, "TIFF of a camera's sensor"],
    [99, 3, 'TIFF with photometric interpretation 99'],
    [1, 3, 'TIFF with 3 channels of unknown colours'],
    [1, 4, 'TIFF with 4 channels of unknown colours'],
    [2, 1, 'TIFF with 1 channel of unknown colours'],
    [5, 3, 'TIFF with 3 channels of unknown colours'],
  ] as const) {
    const samples = four(...Array<number>(channels).fill(100));
    assert.equal(await failure(tiff({ photometric, channels, samples })), `${what}, ${convert}`);
  }
});

test('a directory is read in both orders of bytes, in TIFF and BigTIFF, and as far as it goes', () => {
  const bytes = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
  const little = bytes('4949 2a00 08000000 0100 0601 0300 01000000 08000000');
  const large = bytes(
    '4d4d 002b 0008 0000 0000000000000010 0000000000000001 0106 0003 0000000000000001 0008000000000000',
  );
  for (const file of [little, bytes('4d4d 002a 00000008 0001 0106 0003 00000001 00080000'), large])
    assert.deepEqual([...tiffNumbers(file)], [[PHOTOMETRIC, 8]]);
  for (const file of [little, large])
    for (let length = 4; length < file.length - 8; length++)
      assert.deepEqual([...tiffNumbers(file.subarray(0, length))], []);
});
