import { AdarandError } from '../errors.js';

/** What ONNX Runtime says when it cannot do something, in an error that says what may help. */
export function failed(what: string, error: unknown): AdarandError {
  const [reason] = (error instanceof Error ? error.message : String(error)).trim().split('\n');
  return new AdarandError(
    'runtime.failed',
    `ONNX Runtime could not ${what}: ${reason}`,
    'If memory ran out, choose a smaller --batch-size or --image-size; else another --model or --device.',
    error,
  );
}
