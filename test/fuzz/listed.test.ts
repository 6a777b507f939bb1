import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readers } from './readers.js';

/** How files are opened and what is in them is parsed. */
const parses = /\b(readFile(Sync)?|readSync|file\.read|JSON\.parse|fromBinary|gunzip(Sync)?|sharp)\(/;

/** What is not of others: the package's own files, and the system's. */
const own = [
  'package.ts',
  'files/process-identity.ts',
  'figures/font.ts',
  'figures/page/document.ts',
  'models/export/web/page-files.ts',
];

/** What compares bytes, whatever they are. */
const comparing = ['experiments/compare/share-image-list.ts'];

/** What writes pictures, and reads none. */
const writers = ['figures/png.ts', 'run/use/look/thumbnail.ts'];

test('every file of src/ that parses something has a reader here', () => {
  const listed = new Set(Object.values(readers).flatMap(({ parsedIn }) => parsedIn));
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/(\.test|_pb)\.ts$/.test(file))
    .map((file) => file.replaceAll('\\', '/'));
  const parsing = files.filter((file) => parses.test(readFileSync(`src/${file}`, 'utf8')));
  const missing = parsing.filter((file) => ![...listed, ...own, ...comparing, ...writers].includes(file));
  assert.deepEqual(missing, []);
  assert.deepEqual(
    [...listed, ...own, ...comparing, ...writers].filter((file) => !files.includes(file)),
    [],
  );
});
