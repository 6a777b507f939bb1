import assert from 'node:assert/strict';
import { test } from 'node:test';
import { methodNames, methods } from '../../../methods/index.js';
import { bibtexOf } from './bibtex.js';

test('an entry has title, authors, venue, year and arXiv number', () => {
  assert.deepEqual(bibtexOf('l2-sp'), [
    `@inproceedings{l2-sp,
  title = {{Explicit Inductive Bias for Transfer Learning with Convolutional Networks}},
  author = {Li and Grandvalet and Davoine},
  booktitle = {ICML},
  year = {2018},
  eprint = {1802.01483},
  archiveprefix = {arXiv}
}`,
  ]);
  assert.match(
    String(bibtexOf('bss')),
    /author = \{Chen and others\},\n {2}booktitle = \{NeurIPS\},\n {2}year = \{2019\}\n\}/,
  );
});

test('every method with a paper has an entry, several together have several, a file has none', () => {
  for (const name of methodNames) {
    const { paper, paperTitle } = methods[name];
    assert.equal(bibtexOf(name).length, /\d{4}/.test(paper) ? 1 : 0, name);
    assert.equal(paperTitle !== undefined, /\d{4}/.test(paper), name);
  }
  assert.equal(bibtexOf('bss+l2-sp').length, 2);
  assert.deepEqual(bibtexOf('/home/me/mine.js'), []);
});
