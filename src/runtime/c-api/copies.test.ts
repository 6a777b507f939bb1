import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { float32, type Tensor, type TensorType, zeros } from '../../graph/tensor.js';
import { cudaCopies } from './copies.js';
import { NativeTensor } from './native-tensor.js';
import { cApi } from './runtime.js';
import { loadLibrary } from './shared-library.js';

/** The functions of CUDA's runtime library that copies are made by, for memory of the host's; `calls` says how. */
const cudart = `
#include <stddef.h>
#include <stdio.h>
#include <string.h>
static char text[4096];
int cudaMemcpy(void *to, const void *from, size_t bytes, int kind) {
  sprintf(text + strlen(text), "%zu bytes of kind %d; ", bytes, kind);
  if (bytes == 12) return 1;
  memcpy(to, from, bytes);
  return 0;
}
int cudaStreamSynchronize(void *stream) { strcat(text, stream == NULL ? "wait; " : "?"); return 0; }
const char *cudaGetErrorString(int error) { return error == 1 ? "invalid argument" : "?"; }
const char *calls(void) { static char said[4096]; strcpy(said, text); text[0] = 0; return said; }
`;

const compiler = process.platform === 'linux' && spawnSync('cc', ['--version']).status === 0;

test('copies by CUDA go the way that they are told to, and are waited for', {
  skip: !compiler && 'it needs a C compiler',
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'adarand-cudart-'));
  const library = join(folder, 'libcudart.so');
  await writeFile(join(folder, 'cudart.c'), cudart);
  assert.equal(spawnSync('cc', ['-shared', '-fPIC', '-o', library, join(folder, 'cudart.c')]).status, 0);
  const runtime = await cApi();
  assert.ok(!(runtime instanceof Error));
  const { api } = runtime;
  const copy = await cudaCopies(runtime, library);
  const calls: () => string = (await loadLibrary(library)).func('calls', 'str', []);
  await rm(folder, { recursive: true });
  const allocator = api.make('getAllocatorWithDefaultOptions');
  const allocate = (shape: readonly number[]) => {
    const type: TensorType = { dtype: 'float32', shape };
    const dims = BigInt64Array.from(shape, BigInt);
    return new NativeTensor(api, type, api.make('createTensorAsOrtValue', allocator, dims, dims.length, 1));
  };

  // A part of a larger buffer, too.
  const part: Tensor = { ...float32([2], new Float32Array([9, 1, 2, 9]).subarray(1, 3)) };
  const [a, b, none] = [allocate([2]), allocate([2]), allocate([0])];
  await copy([part, float32([0], [])], [a, none]);
  assert.equal(calls(), '8 bytes of kind 1; wait; ');
  await copy([a], [b]);
  assert.equal(calls(), '8 bytes of kind 3; wait; ');
  const back = zeros('float32', [2]);
  await copy([b], [back]);
  assert.equal(calls(), '8 bytes of kind 2; ');
  assert.deepEqual([...back.data], [1, 2]);
  await assert.rejects(copy([float32([3], [1, 2, 3])], [allocate([3])]), {
    message: 'CUDA failure 1: invalid argument',
  });
  await assert.rejects(copy([float32([3], [1, 2, 3])], [a]), /tensors of one type/);
  for (const tensor of [a, b, none]) tensor.release();
});
