import { AdarandError } from '../../errors.js';
import type { RunRecord } from '../folder/record.js';
import type { Run } from './run.js';

type RecordedGroup = NonNullable<RunRecord['groups']>[number];

/** The groups of a run and its head, as `run.json` has them. */
export function describeGroups({
  options,
  settings: { learningRate },
  groups,
  inputs: { network, dataset },
}: Pick<Run, 'options' | 'settings' | 'groups' | 'inputs'>): RecordedGroup[] {
  return [
    ...groups.map(({ name, size, factor }) => ({
      name,
      parameters: size,
      learningRate: factor === undefined ? null : learningRate * factor,
    })),
    {
      name: 'head',
      parameters: (network.featureSize + 1) * dataset.classes.length,
      learningRate: learningRate * options.headLrScale,
    },
  ];
}

/** How many numbers are trained. */
export function trainedNumbers(groups: readonly RecordedGroup[]): number {
  return sum(groups.filter(({ learningRate }) => learningRate !== null));
}

/** `4.2 of 11.2 million parameters (layer4.1, head)`; undefined where everything is trained. */
export function trainedInWords(groups: readonly RecordedGroup[]): string | undefined {
  const trained = groups.filter(({ learningRate }) => learningRate !== null).map(({ name }) => name);
  if (trained.length === groups.length) return undefined;
  const names = trained.length > 4 ? [`${trained[0]} to ${trained.at(-2)}`, 'head'] : trained;
  const [part, all] = [trainedNumbers(groups), sum(groups)];
  const counts =
    part < 1e6 ? `${part} of ${inMillions(all)}` : `${(part / 1e6).toFixed(1)} of ${inMillions(all)}`;
  return `${counts} parameters (${names.join(', ')})`;
}

/**
 * Whether a run trains what it began with: its options decide that, and how this version divides the network.
 *
 * @throws AdarandError `run.groups-changed`.
 */
export function checkGroupsUnchanged({ groups, options }: RunRecord, now: readonly RecordedGroup[]): void {
  if (groups === undefined || JSON.stringify(groups) === JSON.stringify(now)) return;
  throw new AdarandError(
    'run.groups-changed',
    `${options.model} is divided into other groups than when this run began, by another version`,
    'Continue it with that version, or start a new run.',
  );
}

const sum = (groups: readonly RecordedGroup[]) => groups.reduce((n, { parameters }) => n + parameters, 0);

const inMillions = (n: number) => (n < 1e6 ? String(n) : `${(n / 1e6).toFixed(1)} million`);
