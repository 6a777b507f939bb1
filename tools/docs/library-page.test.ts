import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as graph from '../../src/graph/index.js';
import * as library from '../../src/index.js';
import * as functional from '../../src/nn/functional.js';
import * as optimizers from '../../src/optimizers/index.js';
import { errorCodes } from './library/error-codes.js';
import { libraryPage } from './library-page.js';

const page = libraryPage();

/** The first column of the tables under a heading. */
function firstCells(heading: string): string[] {
  const section = page.split(/^##+ /m).find((each) => each.startsWith(`${heading}\n`)) ?? '';
  return Array.from(section.matchAll(/^\| `([^`]+)` \|/gm), ([, name = '']) => name);
}

test('every export that a program can use is listed, each under its entry', () => {
  const entries = {
    adarand: library,
    'adarand/graph': graph,
    'adarand/nn/functional': functional,
    'adarand/optimizers': optimizers,
  };
  for (const [name, module] of Object.entries(entries)) {
    const listed = firstCells(`\`${name}\``);
    for (const key of Object.keys(module)) assert.ok(listed.includes(key), `${key} of ${name}`);
    assert.equal(new Set(listed).size, listed.length);
  }
  assert.ok(firstCells('`adarand`').includes('RunSummary'), 'types, too');
});

test('events are those of the unions, those that they include among them, each once', () => {
  assert.deepEqual(firstCells('TuneEvent'), ['trial', 'tried', 'remark', 'run-event']);
  const run = firstCells('RunEvent');
  for (const name of ['phase', 'unfinished', 'prediction', 'epoch', 'test'])
    assert.ok(run.includes(name), name);
  assert.equal(new Set(run).size, run.length);
});

test('codes of errors are found however they are given', () => {
  const codes = errorCodes().flatMap((group) => group.codes);
  for (const code of ['config.invalid', 'run.stopped', 'install.incomplete', 'predict.unreadable-image'])
    assert.ok(codes.includes(code), code);
  for (const code of codes) assert.doesNotMatch(code, /[.](json|onnx|ts|js|csv)$/);
});

test('exit codes are those of the command line', () => {
  const codes = Array.from(page.matchAll(/^\| (\d+) \| /gm), ([, code]) => code);
  assert.deepEqual(codes, ['0', '1', '2', '130', '143']);
});
