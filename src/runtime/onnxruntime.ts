import type * as ort from 'onnxruntime-common';
import { invariant } from '../errors.js';
import type { Tensor } from '../graph/tensor.js';
import { hostTensor } from './device-memory.js';
import type { Session } from './driver.js';
import { failed } from './failed.js';

/** What both onnxruntime-node and onnxruntime-web export. */
export interface Binding {
  readonly InferenceSession: {
    create(model: Uint8Array, options?: ort.InferenceSession.SessionOptions): Promise<ort.InferenceSession>;
  };
  readonly Tensor: ort.TensorConstructor;
}

/** A session of either binding. @throws AdarandError `runtime.failed`. */
export function createSession(
  { InferenceSession }: Binding,
  model: Uint8Array,
  options: ort.InferenceSession.SessionOptions,
): Promise<ort.InferenceSession> {
  return InferenceSession.create(model, options).catch((error: unknown) => {
    throw failed('compile the network', error);
  });
}

/**
 * Adapts a session of either binding. `writesInPlace`: whether the binding fills the buffers it is given (the web
 * binding's WebAssembly has a heap of its own, from which results are copied).
 */
export function adaptSession(
  binding: Binding,
  session: ort.InferenceSession,
  { writesInPlace }: { readonly writesInPlace: boolean },
): Session {
  // Our buffers live as long as the run, so each is wrapped once.
  const wrapped = new WeakMap<Tensor, ort.Tensor>();
  const wrap = (tensor: Tensor): ort.Tensor => {
    const known = wrapped.get(tensor);
    if (known !== undefined) return known;
    const made = makeTensor(binding, tensor);
    wrapped.set(tensor, made);
    return made;
  };
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    async run(feeds, fetches) {
      const inputs: Record<string, ort.Tensor> = {};
      for (const [name, tensor] of feeds) inputs[name] = wrap(hostTensor(tensor));
      if (writesInPlace) {
        const outputs: Record<string, ort.Tensor> = {};
        for (const [name, tensor] of fetches) outputs[name] = wrap(hostTensor(tensor));
        await session.run(inputs, outputs).catch(cannotRun);
      } else {
        const results = await session.run(inputs, [...fetches.keys()]).catch(cannotRun);
        for (const [name, tensor] of fetches) copyInto(hostTensor(tensor), results[name]);
      }
    },
    release: () => session.release(),
  };
}

function cannotRun(error: unknown): never {
  throw failed('run the network', error);
}

function makeTensor({ Tensor }: Binding, { dtype, shape, data }: Tensor): ort.Tensor {
  switch (dtype) {
    case 'float32':
      return new Tensor(dtype, data, shape);
    case 'int32':
      return new Tensor(dtype, data, shape);
    case 'int64':
      return new Tensor(dtype, data, shape);
    case 'int8':
      return new Tensor(dtype, data, shape);
    case 'uint8':
      return new Tensor(dtype, data, shape);
    case 'bool':
      return new Tensor(dtype, data, shape);
  }
}

function copyInto(tensor: Tensor, result: ort.Tensor | undefined): void {
  const data = result?.data;
  if (tensor.dtype === 'float32' && data instanceof Float32Array) tensor.data.set(data);
  else if (tensor.dtype === 'int32' && data instanceof Int32Array) tensor.data.set(data);
  else if (tensor.dtype === 'int64' && data instanceof BigInt64Array) tensor.data.set(data);
  else if (tensor.dtype === 'int8' && data instanceof Int8Array) tensor.data.set(data);
  else if ((tensor.dtype === 'uint8' || tensor.dtype === 'bool') && data instanceof Uint8Array)
    tensor.data.set(data);
  else invariant(false, `an output of type ${result?.type} for a buffer of type ${tensor.dtype}`);
}
