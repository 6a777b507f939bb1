import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Builder } from '../../src/models/onnx-import/builder.js';
import { builders } from '../../src/models/onnx-import/builders.js';
import { packageFolder } from '../../src/package.js';
import { markdownTable } from './markdown.js';

const sorted = Object.entries<Builder>(builders).sort(([a], [b]) => (a < b ? -1 : 1));
const ofConstants = ({ stored }: Builder) => stored.kind === 'constants';

/** The ONNX operators that can be imported: those with gradients, and those that constants are computed with. */
export function importableOperators(): string {
  const names = (constant: boolean) =>
    sorted
      .filter(([, builder]) => ofConstants(builder) === constant)
      .map(([name]) => name)
      .join(', ');
  return `- **Of images and weights:** ${names(false)}.\n- **Of constants alone**, while the graph is built: ${names(true)}.`;
}

const countsSchema = z.record(z.string(), z.object({ tests: z.number(), imported: z.number() }));

/** How many of the ONNX project's tests each passes: of the file that `tools/models/onnx-node-tests.ts` writes. */
export function nodeTestsTable(): string {
  const path = join(packageFolder(), 'tools/docs/node-tests.json');
  const counts = countsSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  const rows = sorted.map(([name, builder]) => {
    const { tests = 0, imported = 0 } = counts[name] ?? {};
    const tried = tests === 0 ? 'no tests' : `${imported} of ${tests}`;
    return [name, ofConstants(builder) ? 'constants alone' : 'images and weights', tried];
  });
  return markdownTable(['operator of ONNX', 'computes with', 'node tests'], rows);
}
