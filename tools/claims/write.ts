/** `npm run results:claims`: decides the paper's claims by experiments/evidence/, and writes that into docs/results.md with its picture. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../src/files/atomic.js';
import { packageFolder } from '../../src/package.js';
import { replaceBlock } from '../docs/block.js';
import { claims } from './claims/index.js';
import { claimsBlock } from './claims-block.js';
import { claimsChart } from './claims-chart.js';
import { readAllEvidence } from './evidence/file.js';
import { judge } from './judge.js';

const judged = judge(claims, await readAllEvidence());
const page = join(packageFolder(), 'docs', 'results.md');
await writeFileAtomic(page, replaceBlock(await readFile(page, 'utf8'), 'claims', claimsBlock(judged)));
await writeFileAtomic(join(packageFolder(), 'assets', 'claims.svg'), await claimsChart(judged));
for (const { claim, verdict } of judged) console.log(`${verdict}: ${claim.title}`);
