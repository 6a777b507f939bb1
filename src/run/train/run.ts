import type { BoundMethod } from '../../methods/method.js';
import type { LockedRunFolder } from '../folder/run-folder.js';
import type { Settings } from '../options/settings.js';
import type { RunOptions } from '../options/train-options.js';
import type { GroupRate } from '../prepare/group-rates.js';
import type { Preparation } from '../prepare/preparation.js';
import type { RunInputs } from '../prepare/run-inputs.js';
import type { TimedHost } from '../profile/timed-host.js';

/** All that a run is made of. */
export interface Run {
  readonly options: RunOptions;
  readonly settings: Settings;
  readonly method: BoundMethod;
  /** What of the network is trained, and how fast. */
  readonly groups: readonly GroupRate[];
  readonly preparation: Preparation;
  readonly inputs: RunInputs;
  readonly held: LockedRunFolder;
  readonly host: TimedHost;
}
