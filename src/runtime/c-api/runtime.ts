import { Api } from './api.js';
import { libraryPath } from './library.js';
import { LOG_ERRORS, type Runtime } from './session.js';
import { TensorValues } from './tensor-values.js';

const opened = new Map<string, Promise<Runtime | Error>>();

/** ONNX Runtime by its C API, or why it is not reached so: the package's own, unless another library is named. */
export async function cApi(library?: string): Promise<Runtime | Error> {
  try {
    const path = library ?? (await libraryPath());
    const known = opened.get(path) ?? open(path).catch(asError);
    opened.set(path, known);
    return await known;
  } catch (error) {
    return asError(error);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

async function open(path: string): Promise<Runtime> {
  const api = await Api.load(path);
  const environment = api.make('createEnv', LOG_ERRORS, 'adarand');
  const running = new Set<bigint>();
  // A process ends when its threads have ended: a run that nobody waits for any more is told to stop.
  process.on('exit', () => {
    for (const options of running) api.call('runOptionsSetTerminate', options);
  });
  return { api, environment, values: new TensorValues(api), running };
}
