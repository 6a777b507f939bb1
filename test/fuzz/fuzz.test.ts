/**
 * Every reader is given what is nearly sound, and may answer or throw an AdarandError, within bounds of time and memory.
 *
 * FUZZ_SECONDS is how long all of them together take (10 unless given, beside the time to make sound inputs), FUZZ_SEED the
 * seed (1), FUZZ_READER a part of the names of those that are tried, FUZZ_CASE the one case to try. A failure says how to
 * repeat it, and where its input was written.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { inputOf } from './case.js';
import type { Found } from './found.js';
import { readers } from './readers.js';
import { foundIn } from './run-worker.js';

const { FUZZ_SECONDS = '10', FUZZ_SEED = '1', FUZZ_READER = '', FUZZ_CASE } = process.env;
const chosen = Object.entries(readers).filter(([name]) => name.includes(FUZZ_READER));

describe('what was changed is read or refused', () => {
  let folder: string;
  let all: ReadonlyMap<string, Found>;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'adarand-fuzz-'));
    const seconds = FUZZ_CASE === undefined ? Number(FUZZ_SECONDS) / chosen.length : 0;
    const names = chosen.map(([name]) => name);
    all = await foundIn(folder, names, { seed: FUZZ_SEED, first: FUZZ_CASE ?? '0', seconds });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [name] of chosen)
    test(name, async (t) => {
      const found = all.get(name);
      assert.ok(found !== undefined && found.cases > 0);
      t.diagnostic(`${found.cases} cases, ${found.refused} refused`);
      if (found.fault !== undefined) assert.fail(await described(name, found.fault));
    });

  /** Writes the input of a failure; returns all that there is to say about it. */
  async function described(name: string, { number, what }: NonNullable<Found['fault']>): Promise<string> {
    const reader = readers[name];
    assert.ok(reader !== undefined);
    const again = mkdtempSync(join(folder, 'again-'));
    const input = inputOf(reader, await reader.samples(again), Number(FUZZ_SEED), number);
    const kept = mkdtempSync(join(tmpdir(), 'adarand-fuzz-failed-'));
    const file = join(kept, `${name.replaceAll(/\W/g, '-')}-${FUZZ_SEED}-${number}.${reader.ending}`);
    writeFileSync(file, input);
    const repeat = `FUZZ_READER='${name}' FUZZ_SEED=${FUZZ_SEED} FUZZ_CASE=${number} node tools/test.mjs test/fuzz`;
    return `${what}\ninput: ${file}\nagain: ${repeat}`;
  }
});
