import { commandLine } from '../command-line.js';
import type { RunRecord } from '../folder/record.js';
import { trainOptionsSchema } from '../options/train-options.js';
import { typedOptions } from '../options/typed-options.js';

/**
 * The command that makes the same run in another folder. A model of the hub is named by its commit; a run of so many minutes has
 * the epochs that there was time for.
 */
export function repeatCommand({ options, model: { source } }: RunRecord): string {
  const { out, minutes, ...others } = options;
  const model = source === null ? options.model : `${source.repo}@${source.commit}`;
  const flags = typedOptions(trainOptionsSchema, { ...others, model }, ['data']);
  return commandLine('train', ...flags);
}
