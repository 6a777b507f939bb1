import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AdarandError } from '../../errors.js';
import type { HubSource } from '../../models/hub/source.js';
import { type Located, locateModel } from '../../models/locate.js';
import { CONFIG } from '../../models/model-files.js';
import { commandLine } from '../command-line.js';
import type { RunHost } from '../events.js';
import { stageOf } from '../folder/stage.js';
import { hubHost } from './hub-host.js';

/**
 * What `--model` names; of a run's folder, it says how to make a model of the run. `recorded` is what an earlier run has
 * recorded.
 *
 * @throws AdarandError `model.not-found`, and as `locateModel` does.
 */
export async function locateRunModel(model: string, host: RunHost, recorded?: HubSource): Promise<Located> {
  const located = await locateModel(model, hubHost(model, host), recorded);
  const { path, kind } = located;
  if (kind === 'file' || stageOf(path) === undefined || existsSync(join(path, CONFIG))) return located;
  throw new AdarandError(
    'model.not-found',
    `There is no ${join(path, CONFIG)}: ${path} is a run, not a model`,
    `Export its network, and give the folder DIR: ${commandLine('export', path, '--to', 'DIR')}`,
  );
}
