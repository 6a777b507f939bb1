import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeIgnored } from './ignored.js';

test('what is ignored is counted in words, with a plural where there is one', () => {
  const kinds = [
    '.svg',
    'hidden file',
    'folder of runs',
    'file without extension',
    'link to the whole file system',
  ];
  assert.equal(
    describeIgnored(new Map(kinds.map((kind) => [kind, 1]))),
    '1 .svg file, 1 hidden file, 1 folder of runs, 1 file without extension, 1 link to the whole file system',
  );
  assert.equal(
    describeIgnored(new Map(kinds.map((kind) => [kind, 2]))),
    '2 .svg files, 2 hidden files, 2 folders of runs, 2 files without extension, 2 links to the whole file system',
  );
  const others = new Map([
    ['image outside a class folder', 3],
    ['named pipe', 2],
    ['Thumbs.db', 2],
    ['.j p', 2],
  ]);
  assert.equal(
    describeIgnored(others, 3),
    '3 images outside a class folder, 2 named pipes, 2 Thumbs.db and 1 more',
  );
  assert.equal(describeIgnored(new Map([['.j p', 2]])), '2 .j p files');
});
