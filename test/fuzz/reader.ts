import type { Random } from '../../src/random.js';

/** What reads something that others wrote. */
export interface Reader {
  /** Sound inputs; each must be read without an error. Made once, in a folder of its own. */
  samples(folder: string): Promise<readonly Uint8Array[]>;
  /** Changed somewhere. */
  mutate(sample: Uint8Array, random: Random): Uint8Array;
  /** Reads; the folder is that of the samples. Throws AdarandErrors only. */
  read(bytes: Uint8Array, folder: string): unknown;
  /** Files of `src/` in which the input is opened or parsed. */
  readonly parsedIn: readonly string[];
  /** Ending of a file that a failure is written to. */
  readonly ending: string;
}
