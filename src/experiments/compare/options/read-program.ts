import type { NewExperiment } from '../compare.js';
import type { Experiment } from './experiment.js';
import { readExperiment } from './read-experiment.js';
import { resolveExperiment } from './resolve-experiment.js';
import { inProgram } from './where.js';

/**
 * An experiment as a program has it.
 *
 * @throws AdarandError `config.invalid`, `method.unknown`, `method.option`, with the part that is wrong.
 */
export async function readProgram(given: Experiment): Promise<NewExperiment> {
  const experiment = readExperiment(given, inProgram);
  const { out, parallel } = experiment;
  return { request: await resolveExperiment(experiment, inProgram), out, parallel, where: inProgram };
}
