import { AdarandError, messageOf } from '../errors.js';
import type { Tensor } from '../graph/tensor.js';

/** An ONNX file as it is, run by ONNX Runtime's native library on the CPU. */
export interface FileSession {
  /** One output for one input of floats. */
  run(
    feed: { readonly name: string; readonly tensor: Tensor<'float32'> },
    output: string,
  ): Promise<Tensor<'float32'>>;
  release(): Promise<void>;
}

/**
 * Opens a file; `file` is its name, for messages.
 *
 * @throws AdarandError `model.not-runnable`; so does `run`.
 */
export async function openFile(bytes: Uint8Array, file: string, threads?: number): Promise<FileSession> {
  // Most processes compute by the C API, without the Node binding.
  const ort = await import('onnxruntime-node');
  const session = await saying(file, () =>
    ort.InferenceSession.create(bytes, {
      executionProviders: ['cpu'],
      extra: { session: { intra_op: { allow_spinning: '0' } } },
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
      logSeverityLevel: 4,
    }),
  );
  return {
    async run({ name, tensor }, output) {
      const feeds = { [name]: new ort.Tensor('float32', tensor.data, tensor.shape) };
      const results = await saying(file, () => session.run(feeds, [output]));
      const result = results[output];
      if (!(result?.data instanceof Float32Array))
        throw new AdarandError(
          'model.not-runnable',
          `${file}: its output "${output}" has elements of ${result?.type ?? 'no type'}, not float32`,
          'Use the float32 export of the model.',
        );
      return { dtype: 'float32', shape: result.dims, data: result.data };
    },
    release: () => session.release(),
  };
}

async function saying<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new AdarandError(
      'model.not-runnable',
      `ONNX Runtime cannot run ${file}: ${messageOf(error)}`,
      'Check the model with onnx.checker, or export it again.',
      error,
    );
  }
}
