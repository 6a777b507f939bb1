/**
 * `npm run results:evidence -- NAME --from EXPERIMENT`: summarises an experiment that `compare` has written, whether it has
 * ended or not, in experiments/evidence/NAME.json. The claims of docs/results.md are then decided anew.
 */
import { parseArgs } from 'node:util';
import { AdarandError } from '../../../src/errors.js';
import { writeEvidence } from './file.js';
import { evidenceOf } from './of-experiment.js';

const { positionals, values } = parseArgs({ allowPositionals: true, options: { from: { type: 'string' } } });
const [name] = positionals;
if (name === undefined || values.from === undefined)
  throw new AdarandError(
    'results.usage',
    'usage: npm run results:evidence -- NAME --from EXPERIMENT',
    'NAME: of the file in experiments/evidence/; EXPERIMENT: a folder that adarand compare has written.',
  );
const evidence = await evidenceOf(name, values.from);
const unfinished = evidence.runs.filter(({ status }) => status === 'unfinished').length;
console.log(`written: ${await writeEvidence(evidence)}`);
if (unfinished > 0)
  console.log(`${unfinished} of ${evidence.runs.length} runs are not finished: they decide nothing yet`);
