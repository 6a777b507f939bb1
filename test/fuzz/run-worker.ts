import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Found, foundSchema } from './found.js';

/** A case is given up after so long, on a busy machine, too. */
const STUCK_MS = 120_000;

export interface Cases {
  readonly seed: string;
  readonly first: string;
  /** For each reader. */
  readonly seconds: number;
}

/** What came of each reader's cases. A case that ends the process is a fault; those that follow get another process. */
export async function foundIn(
  folder: string,
  names: readonly string[],
  cases: Cases,
): Promise<ReadonlyMap<string, Found>> {
  const all = new Map<string, Found>();
  for (;;) {
    const left = names.filter((name) => !all.has(name));
    if (left.length === 0) return all;
    const ended = await work(folder, left, cases, (found) => all.set(found.name, found));
    if (ended !== undefined) all.set(ended.name, ended);
  }
}

/** Undefined, or the case at which the process ended. */
async function work(
  folder: string,
  names: readonly string[],
  { seed, first, seconds }: Cases,
  onFound: (found: Found) => void,
): Promise<Found | undefined> {
  const worker = fileURLToPath(new URL('./fuzz-worker.js', import.meta.url));
  const args = ['--max-old-space-size=1024', worker, seed, first, String(seconds), folder, ...names];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const giveUp = () => child.kill('SIGKILL');
  let timer = setTimeout(giveUp, STUCK_MS + 1000 * seconds);
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-3000);
  });
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onFound(foundSchema.parse(JSON.parse(line)));
    clearTimeout(timer);
    timer = setTimeout(giveUp, STUCK_MS + 1000 * seconds);
  });
  const how = await new Promise<string | undefined>((resolve) =>
    child.on('close', (code, signal) => resolve(code === 0 ? undefined : (signal ?? `code ${code}`))),
  );
  clearTimeout(timer);
  if (how === undefined) return undefined;
  const [, number, name] = /^(\d+) (.*)$/.exec(readFileSync(join(folder, 'case'), 'utf8').trim()) ?? [];
  if (name === undefined || !names.includes(name)) throw new Error(`no case was tried: ${errors}`);
  return {
    name,
    cases: 1,
    refused: 0,
    fault: { number: Number(number), what: `the process ended by ${how}: ${errors}` },
  };
}
