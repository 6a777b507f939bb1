import type { Regularizer } from '../regularizers/regularizer.js';
import type { RunOptions } from './config.js';
import type { RunHost } from './events.js';
import type { Preparation } from './preparation.js';
import type { LockedRunFolder } from './run-folder.js';
import type { RunInputs } from './run-inputs.js';
import type { Settings } from './settings.js';

/** All that a run is made of. */
export interface Run {
  readonly options: RunOptions;
  readonly settings: Settings;
  readonly method: Regularizer;
  readonly preparation: Preparation;
  readonly inputs: RunInputs;
  readonly held: LockedRunFolder;
  readonly host: RunHost;
}
