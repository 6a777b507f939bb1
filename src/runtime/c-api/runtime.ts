import { Api } from './api.js';
import { LOG_ERRORS, type Runtime } from './session.js';
import { TensorValues } from './tensor-values.js';

let opened: Promise<Runtime | Error> | undefined;

/** ONNX Runtime by its C API, or why it is not reached so. */
export function cApi(): Promise<Runtime | Error> {
  opened ??= open().catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
  return opened;
}

async function open(): Promise<Runtime> {
  const api = await Api.load();
  const environment = api.make('createEnv', LOG_ERRORS, 'adarand');
  const running = new Set<bigint>();
  // A process ends when its threads have ended: a run that nobody waits for any more is told to stop.
  process.on('exit', () => {
    for (const options of running) api.call('runOptionsSetTerminate', options);
  });
  return { api, environment, values: new TensorValues(api), running };
}
