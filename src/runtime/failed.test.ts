import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failed } from './failed.js';

/** As CUDA's provider of ONNX Runtime 1.30.0 reports what CUDA says. */
const byCuda = (failure: string) =>
  new Error(
    '/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:154 std::conditional_t<THRW, void, onnxruntime::common::' +
      'Status> onnxruntime::CudaCall(ERRTYPE, const char*, int) [with ERRTYPE = cudaError; bool THRW = true] ' +
      `${failure} ; GPU=0 ; hostname=vm ; file=/onnxruntime_src/cuda_execution_provider.cc ; line=352 ; expr=cudaMalloc(); \n\n`,
  );

for (const text of [
  "Non-zero status code returned while running Conv node. Name:'' Status Message: /onnxruntime_src/bfc_arena.cc:376 void* " +
    'onnxruntime::BFCArena::AllocateRawInternal(size_t, bool) Failed to allocate memory for requested buffer of size 822083584',
  'Available memory of 1048576 is smaller than requested bytes of 4194304',
  byCuda('CUDA failure 2: out of memory').message,
  byCuda('CUDNN failure 4000: CUDNN_STATUS_ALLOC_FAILED').message,
  'vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY',
  'Buffer size (4294967296) exceeds the max buffer size limit (2147483648).',
  'std::bad_alloc',
  'WebGPU validation failed. [Invalid Buffer (unlabeled)] is invalid due to a previous error.\n - While encoding',
])
  test(`out of memory: ${text.slice(0, 60)}`, () => {
    const error = failed('run the network', new Error(text));
    assert.equal(error.code, 'runtime.memory');
    assert.match(error.hint ?? '', /--batch-size/);
  });

for (const text of [
  'WebGPU device lost (2): GPU connection lost',
  byCuda('CUDA failure 719: unspecified launch failure').message,
])
  test(`a lost device: ${text.slice(0, 60)}`, () => {
    assert.equal(failed('run the network', new Error(text)).code, 'device.lost');
  });

test('anything else is what it says, in one line', () => {
  const error = failed('compile the network', new Error('node Conv_3 has no kernel\n at file.cc'));
  assert.equal(error.code, 'runtime.failed');
  assert.equal(error.message, 'ONNX Runtime could not compile the network: node Conv_3 has no kernel');
});

test('what an allocator says is said without where it came up', () => {
  const text =
    '/onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:360 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, ' +
    'bool, onnxruntime::Stream*) Failed to allocate memory for requested buffer of size 256\n';
  assert.match(
    failed('run', new Error(text)).message,
    /run: Failed to allocate memory for requested buffer of size 256$/,
  );
});

test('what CUDA says is said without where it came up', () => {
  const { message } = failed(
    'run the network',
    byCuda('CUDA failure 100: no CUDA-capable device is detected'),
  );
  assert.equal(
    message,
    'ONNX Runtime could not run the network: CUDA failure 100: no CUDA-capable device is detected',
  );
});
