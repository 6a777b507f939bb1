import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incompleteInstall } from './incomplete-install.js';

const withCode = (message: string, code: string) => Object.assign(new Error(message), { code });

/** As Node and sharp report them, without the library in question. */
const failures: readonly (readonly [Error, RegExp])[] = [
  [
    withCode("Cannot find package 'onnxruntime-node' imported from /p/node.js", 'ERR_MODULE_NOT_FOUND'),
    /: onnxruntime-node is missing$/,
  ],
  [
    withCode(
      "Cannot find module '../bin/napi-v6/darwin/x64/onnxruntime_binding.node'\nstack",
      'MODULE_NOT_FOUND',
    ),
    /onnxruntime_binding\.node is missing$/,
  ],
  [
    withCode('libonnxruntime.so.1: cannot open shared object file', 'ERR_DLOPEN_FAILED'),
    /: libonnxruntime\.so\.1: cannot open shared object file$/,
  ],
  [
    new Error('Could not load the "sharp" module using the linux-x64 runtime\nPossible solutions:'),
    /: Could not load the "sharp" module using the linux-x64 runtime$/,
  ],
];

for (const [error, message] of failures)
  test(`${error.message.split('\n')[0]} is an incomplete installation`, () => {
    const found = incompleteInstall(error);
    assert.equal(found?.code, 'install.incomplete');
    assert.match(found.message, message);
    assert.match(found.hint ?? '', /`npm install --ignore-scripts --include=optional`.* doctor` shows/);
  });

test('other errors are not', () => {
  const own = withCode("Cannot find package 'lodash' imported from /p/mine.js", 'ERR_MODULE_NOT_FOUND');
  for (const error of [own, new Error('no'), 'text']) assert.equal(incompleteInstall(error), undefined);
});
