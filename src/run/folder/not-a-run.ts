import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AdarandError } from '../../errors.js';
import { commandLine } from '../command-line.js';
import { manyRunsAt } from './experiment-files.js';
import { stageOf } from './stage.js';

/** `isUnused`: whether a run may begin in this folder, which is there. */
export async function notARun(path: string, isUnused: () => Promise<boolean>): Promise<AdarandError> {
  const code = 'run.not-a-run';
  const hint = 'Give the folder of a run: `run.json` is in it.';
  if (!existsSync(path)) return new AdarandError(code, `${path} does not exist`, hint);
  return new AdarandError(
    code,
    `${path} is not a run: it has no run.json`,
    (await runNear(path)) ??
      servedInstead(path) ??
      ((await isUnused()) ? `${hint} Or start a run there: none has begun.` : hint),
  );
}

/** What to give instead of a path that is no run, but has to do with some; undefined for others. */
export async function runNear(path: string): Promise<string | undefined> {
  const around = runAround(path);
  if (around !== undefined) return `It is inside a run: give its folder, ${around}.`;
  switch (manyRunsAt(path)) {
    case 'tune':
      return stageOf(join(path, 'best')) === undefined
        ? `It is a search that has not ended. Continue it with: ${commandLine('tune', '--resume', path)}`
        : `It is a search: give its best run, ${join(path, 'best')}.`;
    case 'compare':
      return ofComparison(path);
    case undefined:
      return ofFolder(path);
  }
}

/** What continues a search or an experiment, for someone who gave its folder as that of a run; undefined for others. */
export function continuedOtherwise(path: string): AdarandError | undefined {
  const writer = stageOf(path) === undefined ? manyRunsAt(path) : undefined;
  if (writer === undefined) return undefined;
  return new AdarandError(
    'run.not-a-run',
    `${path} is not a run: \`${writer}\` wrote it`,
    `Continue with: ${commandLine(writer, '--resume', path)}`,
  );
}

/** The run that a file or a folder is inside of. */
function runAround(path: string): string | undefined {
  let [above, whole] = [dirname(path), dirname(resolve(path))];
  for (let depth = 0; depth < 3; depth++) {
    if (stageOf(whole) !== undefined) return above === '.' ? whole : above;
    [above, whole] = [dirname(above), dirname(whole)];
  }
  return undefined;
}

async function ofComparison(path: string): Promise<string> {
  const runs = await runsIn(join(path, 'runs'));
  const kept = runs.find((run) => existsSync(join(run, 'model.onnx')));
  if (kept !== undefined) return `It is a comparison: give one of its runs, such as ${kept}.`;
  return `It is a comparison: its runs are in ${join(path, 'runs')}, and have no weights without --keep-weights.`;
}

async function ofFolder(path: string): Promise<string | undefined> {
  const [first, ...others] = await runsIn(path);
  if (first === undefined) return undefined;
  return others.length === 0
    ? `It is a folder with a run: give ${first}.`
    : `It is a folder of ${others.length + 1} runs: give one of them, such as ${first}.`;
}

async function runsIn(path: string): Promise<string[]> {
  const names = await readdir(path).catch((): string[] => []);
  return names.map((name) => join(path, name)).filter((run) => stageOf(run) !== undefined);
}

/** Of the folder of a model or of an export, which has no run. */
function servedInstead(path: string): string | undefined {
  if (!existsSync(join(path, 'config.json'))) return undefined;
  return `It is a model without its run: \`${commandLine('serve', path)}\` answers with it, and so does \`load\` of the library. Or give the folder of the run.`;
}
