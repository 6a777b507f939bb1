import type { FolderReport } from '../../data/index.js';
import { AdarandError, at } from '../../errors.js';
import type { RunEvent } from '../../run/events.js';
import { type CheckedRun, checkRuns } from '../../run/operations/check-runs.js';
import { percentOf } from '../../run/options/percent-of.js';
import type { Runner } from '../launch-runs.js';
import { effectProblems, remarksOf } from './effects.js';
import { imageCounts } from './image-counts.js';
import { said, type Where } from './options/where.js';
import { type Problem, placeOfError } from './place-of-error.js';
import type { ExperimentRecord, ExperimentRun } from './record.js';
import type { CompareRequest } from './request.js';
import { givenOptions } from './run-options.js';

export type ReadyRun = Extract<CheckedRun, { status: 'ready' }>;

/** What there is to know of a dataset, with its largest share of training images and the first seed, or of source images. */
export interface CheckedData {
  /** Null for source images. */
  readonly dataset: string | null;
  readonly lines: readonly string[];
  readonly report: FolderReport;
}

export interface CheckedExperiment {
  readonly splits: ExperimentRecord['splits'];
  readonly presets: ExperimentRecord['presets'];
  readonly data: readonly CheckedData[];
  /** What the user will want to know. */
  readonly remarks: readonly string[];
  /** What the runs would say of themselves. */
  readonly known: readonly string[];
  /** Of the largest run: of a step, by an estimate; and what memory there is, where that can be told. */
  readonly stepBytes: number;
  readonly memoryBytes: number | undefined;
}

/**
 * Looks for mistakes in all runs before the first of them is trained, and lists their images.
 *
 * @throws AdarandError with the place of each mistake.
 */
export async function checkExperiment(
  request: CompareRequest,
  runs: readonly ExperimentRun[],
  {
    lists,
    where,
    runner,
    onEvent,
  }: {
    /** Folder for the lists of images. */
    readonly lists: string;
    readonly where: Where;
    readonly runner: Pick<Runner, 'perform'>;
    onEvent(event: RunEvent): void;
  },
): Promise<CheckedExperiment> {
  const asked = runs.map((run) => ({ given: givenOptions(run, request), dataset: run.dataset }));
  const { preset } = request;
  const data: CheckedData[] = [];
  const listen = (event: RunEvent) => {
    if (event.type === 'data') data.push(checkedData(event, request));
    onEvent(event);
  };
  const answers = await runner.perform(checkRuns, { preset, splits: lists, runs: asked }, listen);
  const checked = answers.map((answer, i) => ({ run: at(runs, i), answer }));
  const refused = checked.flatMap(({ run, answer }): Problem[] =>
    answer.status === 'refused' ? [{ path: placeOfError(answer.error, run, request), ...answer.error }] : [],
  );
  report(refused, where);
  const ready = checked.flatMap(({ run, answer }) => (answer.status === 'ready' ? [{ run, answer }] : []));
  report(
    [...effectProblems(ready, request), ...equalFractions(ready, request), ...searchProblems(ready, request)],
    where,
  );
  const splits = splitsOf(ready);
  return {
    splits,
    presets: preset === 'none' ? [] : presetsOf(ready, request),
    data,
    remarks: [
      ...imageCounts(splits, request),
      ...remarksOf(ready, request),
      ...searchRemarks(ready, request),
    ],
    known: [...new Set(ready.flatMap(({ answer }) => answer.remarks))],
    stepBytes: Math.max(...ready.map(({ answer }) => answer.step_bytes)),
    memoryBytes: ready[0]?.answer.memory_bytes ?? undefined,
  };
}

function checkedData(
  { lines, report }: Extract<RunEvent, { type: 'data' }>,
  request: CompareRequest,
): CheckedData {
  return { dataset: request.data.find(({ path }) => path === report.path)?.name ?? null, lines, report };
}

export interface ReadyPlace {
  readonly run: ExperimentRun;
  readonly answer: ReadyRun;
}

/** Validation images of the first seed may be test images of another one. */
function searchRemarks(ready: readonly ReadyPlace[], { search, seeds }: CompareRequest): string[] {
  const cut = new Set(ready.flatMap(({ run, answer }) => (answer.cutsTest ? [run.dataset] : [])));
  if (search === null || seeds.length < 2) return [];
  return Array.from(
    cut,
    (name) =>
      `${name} has no test images of its own: some of other seeds are among the first seed's validation images, by which the search chooses`,
  );
}

/** Each mistake once, with its place; the advice is that of the first. */
function report(problems: readonly Problem[], where: Where): void {
  const [first] = problems;
  if (first === undefined) return;
  const sentences = new Set(problems.map(({ path, message }) => said(where, path, message)));
  throw new AdarandError(first.code, [...sentences].join('\n'), first.hint);
}

/** Shares of so few images that they are the same images. */
function equalFractions(ready: readonly ReadyPlace[], { fractions }: CompareRequest): Problem[] {
  return ready.flatMap(({ run, answer }) => {
    const same = ready.find(
      (other) =>
        other.run.dataset === run.dataset &&
        other.run.seed === run.seed &&
        other.run.fraction < run.fraction &&
        other.answer.train === answer.train,
    );
    if (same === undefined) return [];
    const parts = `${percentOf(same.run.fraction)} and ${percentOf(run.fraction)} %`;
    return [
      {
        path: ['fractions', fractions.indexOf(run.fraction)],
        code: 'compare.equal-fractions',
        message: `${parts} of ${run.dataset} are the same ${answer.train} images`,
        hint: 'Leave one of them out.',
      },
    ];
  });
}

/** What keeps a search from choosing anything. */
function searchProblems(
  ready: readonly ReadyPlace[],
  { search, options, methods }: CompareRequest,
): Problem[] {
  if (search === null) return [];
  const problem = (message: string, hint: string) => ({
    path: ['search'],
    code: 'compare.search',
    message,
    hint,
  });
  const without = ready.find(({ answer }) => answer.val === 0);
  const isLeft = methods.some(({ train }) => {
    const given = { ...options, ...train };
    return given.learningRate === undefined || given.lambda === undefined;
  });
  return [
    ...(without === undefined
      ? []
      : [
          problem(
            `${without.run.dataset} has no validation images to choose by`,
            'Choose a greater --val-fraction, or give it a folder val/.',
          ),
        ]),
    ...(isLeft
      ? []
      : [problem('nothing is left to search: learning rate and lambda are given', 'Leave one of them out.')]),
  ];
}

/** Of the first method, as of all others. */
function splitsOf(ready: readonly ReadyPlace[]): ExperimentRecord['splits'] {
  const splits = new Map<string, ExperimentRecord['splits'][number]>();
  for (const { run, answer } of ready) {
    const { dataset, seed, fraction } = run;
    const { train, val, test, fingerprint } = answer;
    const key = JSON.stringify([dataset, seed, fraction]);
    if (!splits.has(key)) splits.set(key, { dataset, seed, fraction, train, val, test, fingerprint });
  }
  return [...splits.values()];
}

/** Those of the first seed hold for all. */
function presetsOf(ready: readonly ReadyPlace[], { seeds }: CompareRequest): ExperimentRecord['presets'] {
  return ready.flatMap(({ run: { dataset, model, method, fraction, seed }, answer: { preset } }) =>
    seed === seeds[0] ? [{ dataset, model, method, fraction, options: preset }] : [],
  );
}
