import assert from 'node:assert/strict';
import { test } from 'node:test';
import { methodNames, methods } from '../../../methods/index.js';
import { bibtexOf } from './bibtex.js';

test('an entry has title, all authors, venue, year, and arXiv number or address', () => {
  assert.deepEqual(bibtexOf('l2-sp'), [
    `@inproceedings{l2-sp,
  title = {{Explicit Inductive Bias for Transfer Learning with Convolutional Networks}},
  author = {Li, Xuhong and Grandvalet, Yves and Davoine, Franck},
  booktitle = {ICML},
  year = {2018},
  eprint = {1802.01483},
  archiveprefix = {arXiv}
}`,
  ]);
  assert.match(
    String(bibtexOf('bss')),
    /and Wang, Jianmin\},\n {2}booktitle = \{NeurIPS\},\n {2}year = \{2019\},\n {2}url = \{https:/,
  );
  assert.match(String(bibtexOf('uot')), / and Chan, Antoni B\. and /);
});

test('every method with a paper has an entry, several together have several, a file has none', () => {
  for (const name of methodNames)
    assert.equal(bibtexOf(name).length > 0, /\d{4}/.test(methods[name].paper), name);
  assert.equal(bibtexOf('bss+l2-sp').length, 2);
  assert.match(String(bibtexOf('randreg')), /^@inproceedings\{randreg,[\s\S]*@inproceedings\{randreg-2,/);
  assert.deepEqual(bibtexOf('/home/me/mine.js'), []);
});
