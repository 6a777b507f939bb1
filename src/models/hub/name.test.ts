import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCommit, parseHubName } from './name.js';

const names: readonly (readonly [string, string, string | undefined])[] = [
  ['timm/resnet18.a1_in1k', 'timm/resnet18.a1_in1k', undefined],
  ['google/vit-base-patch16-224@main', 'google/vit-base-patch16-224', 'main'],
  ['microsoft/resnet-50@refs/pr/3', 'microsoft/resnet-50', 'refs/pr/3'],
  ['a/b@0123456789abcdef0123456789abcdef01234567', 'a/b', '0123456789abcdef0123456789abcdef01234567'],
  ['hf://Xenova/resnet-18@v1.0', 'Xenova/resnet-18', 'v1.0'],
];

for (const [reference, repo, revision] of names)
  test(`${reference} names a model on the hub`, () =>
    assert.deepEqual(parseHubName(reference), { repo, revision, explicit: reference.startsWith('hf:') }));

const paths = [
  'sample',
  'resnet50',
  './timm/resnet18',
  '../timm/resnet18',
  '/timm/resnet18',
  'a/b/c',
  'models/net.onnx',
  'models/net.safetensors',
  'models/net.bin',
  'models/net/',
  'models\\net',
  'C:/models',
  'a--b/c',
  'a/b@',
  'a/..',
  '~/b',
  'a/b c',
  'org/-b',
];

for (const reference of paths)
  test(`${reference} does not`, () => assert.equal(parseHubName(reference), undefined));

test('the address of a page is answered with the name that it stands for', () => {
  const hint = (address: string) => {
    try {
      parseHubName(address);
    } catch (error) {
      return error instanceof Error && 'hint' in error ? error.hint : undefined;
    }
    return undefined;
  };
  assert.equal(hint('https://huggingface.co/timm/resnet18'), 'Name the model: timm/resnet18');
  assert.equal(hint('https://hf.co/timm/resnet18/tree/main'), 'Name the model: timm/resnet18');
  assert.equal(hint('https://huggingface.co/a/b/blob/v2/config.json'), 'Name the model: a/b@v2');
});

test('a commit is 40 hexadecimal digits', () => {
  assert.ok(isCommit('0123456789abcdef0123456789abcdef01234567'));
  assert.ok(!isCommit('0123456'));
  assert.ok(!isCommit('main'));
});
