import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cApi } from '../../src/runtime/c-api/runtime.js';

/** The file that ONNX Runtime's optimizer makes of a model on the CPU, with some more entries of configuration. */
export async function optimizedModel(
  model: Uint8Array,
  entries: Readonly<Record<string, string>> = {},
): Promise<Buffer> {
  const runtime = await cApi();
  if (runtime instanceof Error) throw runtime;
  const { api, environment } = runtime;
  const folder = await mkdtemp(join(tmpdir(), 'adarand-optimized-'));
  const path = join(folder, 'model.onnx');
  const options = api.make('createSessionOptions');
  try {
    for (const [key, value] of Object.entries({ ...entries, 'session.optimized_model_filepath': path }))
      api.call('addSessionConfigEntry', options, key, value);
    const length = model.byteLength;
    const session = await api.makeAsync('createSessionFromArray', environment, model, length, options);
    api.call('releaseSession', session);
    return await readFile(path);
  } finally {
    api.call('releaseSessionOptions', options);
    await rm(folder, { recursive: true, force: true });
  }
}
