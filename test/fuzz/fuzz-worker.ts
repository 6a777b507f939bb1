/**
 * The process that reads changed inputs: `node fuzz-worker.js SEED FIRST SECONDS FOLDER READER...`. Before each case it
 * writes reader and number into FOLDER/case, so that the one is known that ends the process. For each reader it writes a
 * line to its standard output.
 */
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { inputOf } from './case.js';
import type { Found } from './found.js';
import { faultOf } from './outcome.js';
import type { Reader } from './reader.js';
import { readers } from './readers.js';

/** Memory that the cases of a reader may take beyond that of its samples, and how long one may compute. */
const MOST_KILOBYTES = 1_500_000;
const MOST_MS = 20_000;

const [seed = '', first = '', seconds = '', folder = '', ...names] = process.argv.slice(2);
const place = openSync(join(folder, 'case'), 'w');

for (const name of names) {
  const reader = readers[name];
  if (reader === undefined) throw new Error(`no reader ${name}`);
  process.stdout.write(`${JSON.stringify(await found(name, reader))}\n`);
}
process.stdout.write('', () => process.exit(0));

async function found(name: string, reader: Reader): Promise<Found> {
  const samples = await reader.samples(folder);
  for (const [i, sample] of samples.entries()) {
    const fault = await outcome(() => reader.read(sample, folder));
    if (fault !== undefined) throw new Error(`sample ${i} of ${name} is not sound`, { cause: fault });
  }
  const base = process.resourceUsage().maxRSS;
  const end = performance.now() + 1000 * Number(seconds);
  let cases = 0;
  let refused = 0;
  do {
    const number = Number(first) + cases;
    const input = inputOf(reader, samples, Number(seed), number);
    writeSync(place, `${number} ${name}`.padEnd(100), 0);
    const started = process.cpuUsage();
    const error = await outcome(() => reader.read(input, folder));
    const { user, system } = process.cpuUsage(started);
    const ms = (user + system) / 1000;
    const kilobytes = process.resourceUsage().maxRSS - base;
    cases += 1;
    if (error !== undefined) refused += 1;
    const fault =
      (error && faultOf(error.thrown)) ??
      (ms > MOST_MS ? `it took ${Math.round(ms)} ms` : undefined) ??
      (kilobytes > MOST_KILOBYTES ? `it took ${Math.round(kilobytes / 1000)} MB` : undefined);
    if (fault !== undefined) return { name, cases, refused, fault: { number, what: fault } };
  } while (performance.now() < end);
  return { name, cases, refused };
}

async function outcome(read: () => unknown): Promise<{ readonly thrown: unknown } | undefined> {
  try {
    await read();
    return undefined;
  } catch (thrown) {
    return { thrown };
  }
}
