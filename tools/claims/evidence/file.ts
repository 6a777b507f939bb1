import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AdarandError } from '../../../src/errors.js';
import { writeFileAtomic } from '../../../src/files/atomic.js';
import { packageFolder } from '../../../src/package.js';
import { parseStored } from '../../../src/run/folder/record.js';
import { type Evidence, evidenceSchema } from './schema.js';

const evidenceFolder = () => join(packageFolder(), 'experiments', 'evidence');

/** One item of each list in a line, so that a change of the evidence is one that can be read. */
export function formatEvidence(evidence: Evidence): string {
  const fields = Object.entries(evidence).map(([name, value]) => {
    const lines = Array.isArray(value) && value.some((item) => typeof item === 'object');
    const text = lines
      ? `[\n${value.map((item) => `  ${JSON.stringify(item)}`).join(',\n')}\n ]`
      : JSON.stringify(value);
    return ` ${JSON.stringify(name)}: ${text}`;
  });
  return `{\n${fields.join(',\n')}\n}\n`;
}

/** @throws AdarandError `run.damaged`, naming the file and what is wrong. */
export function parseEvidence(text: string, path: string): Evidence {
  return parseStored(evidenceSchema, text, path);
}

export async function writeEvidence(evidence: Evidence): Promise<string> {
  const path = join(evidenceFolder(), `${evidence.name}.json`);
  await writeFileAtomic(path, formatEvidence(evidence));
  return path;
}

/** All that is committed, by name. @throws AdarandError `run.damaged`, `results.evidence-name`. */
export async function readAllEvidence(): Promise<Evidence[]> {
  const files = readdirSync(evidenceFolder()).filter((name) => name.endsWith('.json'));
  return Promise.all(
    files.sort().map(async (name) => {
      const path = join(evidenceFolder(), name);
      const evidence = parseEvidence(await readFile(path, 'utf8'), path);
      if (evidence.name === basename(name, '.json')) return evidence;
      throw new AdarandError(
        'results.evidence-name',
        `${path} is the evidence of the experiment ${evidence.name}`,
        'Give the file that name.',
      );
    }),
  );
}
