import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedImages } from './changed-images.js';

const listed = (files: Readonly<Record<string, string>>) =>
  Object.entries(files).map(([path, digest]) => ({ split: 'train' as const, class: 'a', path, digest }));
const found = (files: Readonly<Record<string, string>>) =>
  Object.entries(files).map(([name, digest]) => ({ name, digest }));

test('files that are missing, new, renamed and changed are named, the first of many', () => {
  const before = {
    'a/1': 'x1',
    'a/2': 'x2',
    'a/3': 'x3',
    'b/1': 'y1',
    'b/2': 'y2',
    'b/3': 'y3',
    'b/4': 'y4',
  };
  const now = { 'a/1': 'x1', 'a/2': 'other', 'a/9': 'x3', 'c/1': 'z1' };
  assert.equal(
    changedImages(listed(before), found(now)),
    '4 files are missing (b/1, b/2, b/3, ...); 1 file is new (c/1); 1 file is renamed (a/3 to a/9); 1 file is changed (a/2)',
  );
});

test('a name cannot do anything to a terminal', () => {
  assert.equal(changedImages(listed({}), found({ 'a/\u001b[2J': 'x' })), '1 file is new (a/\\u001b[2J)');
});

test('the same files in another order are told apart from others', () => {
  const files = { 'a/1': 'x1' };
  assert.match(changedImages(listed(files), found(files)), /^the files are the same, but their order/);
});
