/**
 * The part of ONNX Runtime's C API that is used here. A function's `index` is its place in `OrtApi`, which is the same
 * in every version since the one that has the function: new ones are added at the end. Addresses are bigints; what is
 * returned is an `OrtStatus*`, null where all went well.
 *
 * Source: include/onnxruntime/core/session/onnxruntime_c_api.h.
 */
export const functions = {
  getErrorMessage: { index: 2, result: 'str', arguments: ['void *'] },
  createEnv: { index: 3, result: 'void *', arguments: ['int', 'str', 'void *'] },
  createSessionFromArray: {
    index: 8,
    result: 'void *',
    arguments: ['void *', 'void *', 'size_t', 'void *', 'void *'],
  },
  /** session, run options, names, values and number of inputs, names and number of outputs, their values. */
  run: {
    index: 9,
    result: 'void *',
    arguments: ['void *', 'void *', 'void *', 'void *', 'size_t', 'void *', 'size_t', 'void *'],
  },
  createSessionOptions: { index: 10, result: 'void *', arguments: ['void *'] },
  enableMemPattern: { index: 16, result: 'void *', arguments: ['void *'] },
  disableMemPattern: { index: 17, result: 'void *', arguments: ['void *'] },
  enableCpuMemArena: { index: 18, result: 'void *', arguments: ['void *'] },
  disableCpuMemArena: { index: 19, result: 'void *', arguments: ['void *'] },
  setSessionLogSeverityLevel: { index: 22, result: 'void *', arguments: ['void *', 'int'] },
  setIntraOpNumThreads: { index: 24, result: 'void *', arguments: ['void *', 'int'] },
  sessionGetInputCount: { index: 30, result: 'void *', arguments: ['void *', 'void *'] },
  sessionGetOutputCount: { index: 31, result: 'void *', arguments: ['void *', 'void *'] },
  sessionGetInputName: { index: 36, result: 'void *', arguments: ['void *', 'size_t', 'void *', 'void *'] },
  sessionGetOutputName: { index: 37, result: 'void *', arguments: ['void *', 'size_t', 'void *', 'void *'] },
  /** allocator, shape and its length, element type, the value. */
  createTensorAsOrtValue: {
    index: 48,
    result: 'void *',
    arguments: ['void *', 'void *', 'size_t', 'int', 'void *'],
  },
  /** value, the address of its elements. */
  getTensorMutableData: { index: 51, result: 'void *', arguments: ['void *', 'void *'] },
  /** memory info, data and its bytes, shape and its length, element type, the value. */
  createTensorWithDataAsOrtValue: {
    index: 49,
    result: 'void *',
    arguments: ['void *', 'void *', 'size_t', 'void *', 'size_t', 'int', 'void *'],
  },
  /** name of the memory, type of allocator, number of the device, type of memory. */
  createMemoryInfo: { index: 68, result: 'void *', arguments: ['str', 'int', 'int', 'int', 'void *'] },
  createCpuMemoryInfo: { index: 69, result: 'void *', arguments: ['int', 'int', 'void *'] },
  createRunOptions: { index: 39, result: 'void *', arguments: ['void *'] },
  runOptionsSetTerminate: { index: 46, result: 'void *', arguments: ['void *'] },
  allocatorFree: { index: 76, result: 'void *', arguments: ['void *', 'void *'] },
  getAllocatorWithDefaultOptions: { index: 78, result: 'void *', arguments: ['void *'] },
  releaseStatus: { index: 93, result: 'void', arguments: ['void *'] },
  releaseSession: { index: 95, result: 'void', arguments: ['void *'] },
  releaseValue: { index: 96, result: 'void', arguments: ['void *'] },
  releaseRunOptions: { index: 97, result: 'void', arguments: ['void *'] },
  releaseSessionOptions: { index: 100, result: 'void', arguments: ['void *'] },
  /** run options, key, value. */
  addRunConfigEntry: { index: 165, result: 'void *', arguments: ['void *', 'str', 'str'] },
  addSessionConfigEntry: { index: 130, result: 'void *', arguments: ['void *', 'str', 'str'] },
  /** session, memory info, the allocator. */
  createAllocator: { index: 131, result: 'void *', arguments: ['void *', 'void *', 'void *'] },
  /** Provider options that are made, changed (keys, values, their number), given to session options, and released. */
  appendCudaProvider: { index: 204, result: 'void *', arguments: ['void *', 'void *'] },
  createCudaProviderOptions: { index: 205, result: 'void *', arguments: ['void *'] },
  updateCudaProviderOptions: {
    index: 206,
    result: 'void *',
    arguments: ['void *', 'void *', 'void *', 'size_t'],
  },
  releaseCudaProviderOptions: { index: 208, result: 'void', arguments: ['void *'] },
  /** session options, name, keys and values of the provider's options, their number. */
  appendExecutionProvider: {
    index: 216,
    result: 'void *',
    arguments: ['void *', 'str', 'void *', 'void *', 'size_t'],
  },
  /** environment, values to read and to write, a stream, their number. */
  copyTensors: {
    index: 386,
    result: 'void *',
    arguments: ['void *', 'void *', 'void *', 'void *', 'size_t'],
  },
} as const;

export type FunctionName = keyof typeof functions;

/** The newest version of the API whose functions are used. Each ONNX Runtime has all that are not newer than itself. */
export const API_VERSION = 23;
