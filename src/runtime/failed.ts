import { AdarandError, messageOf } from '../errors.js';

/**
 * What ONNX Runtime, CUDA and WebGPU say where no memory is left. WebGPU reports an allocation that fails where nobody waits for it;
 * what is heard of it is that the buffer is invalid.
 */
const outOfMemory =
  /failed to allocate memory|available memory of \d+ is smaller|out[ _]of[ _](device[ _]|host[ _])?memory|_ALLOC_FAILED|bad_alloc|invalid buffer|max(imum)? (storage )?buffer (binding )?size/i;

/** What they say where a device does not answer any more: until a new process, it does nothing. */
const lost =
  /device (is |was )?lost|device_lost|CUDA failure (46|700|702|709|710|714|716|717|718|719|721|999)\b/i;

/**
 * What ONNX Runtime says when it cannot do something, in an error that says what may help: `runtime.memory` where memory ran
 * out, `device.lost` where the device has stopped to work, else `runtime.failed`.
 */
export function failed(what: string, error: unknown): AdarandError {
  const text = messageOf(error);
  const message = `ONNX Runtime could not ${what}: ${reasonIn(text)}`;
  if (outOfMemory.test(text))
    return new AdarandError(
      'runtime.memory',
      message,
      'Choose a smaller --batch-size or --image-size; else another --model or --device.',
      error,
    );
  if (lost.test(text))
    return new AdarandError(
      'device.lost',
      message,
      'Try again; if it happens again, the driver of the device may be at fault: update it, or use --device cpu.',
      error,
    );
  return new AdarandError(
    'runtime.failed',
    message,
    'If memory ran out, choose a smaller --batch-size or --image-size; else another --model or --device.',
    error,
  );
}

/** The first line, without where in its sources it came up; of an error of CUDA and its libraries, what it is called. */
function reasonIn(text: string): string {
  const [first = ''] = text.trim().split('\n');
  const [named] = /\b(CUDA|CUBLAS|CUBLASLT|CUDNN|CURAND)\w* failure -?\d+: [^;]+/i.exec(first) ?? [];
  return (named ?? first.replace(/\/onnxruntime_src\/\S+:\d+ .*?\) /, '')).trim();
}
