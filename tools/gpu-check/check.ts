/**
 * Tries a machine's GPU: training steps of five networks against the CPU's and beside PyTorch's, a whole fine-tuning of real
 * photographs, and one that is killed and resumed. Prints a table, and writes it with all figures as JSON:
 *
 *     node build/tools/gpu-check/check.js [--devices cuda,webgpu] [--only resnet18,...] [--python python3] [--out FOLDER]
 *         [--compared STEPS] [--timed STEPS] [--no-jobs]
 *
 * It is run in the folder of the archive that `pack.js` makes, by `gpu-check`. What does not work stands in the table.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageFolder } from '../../src/package.js';
import { describeMachine } from '../../src/run/folder/describe-machine.js';
import { checkJob, checkResume, torchJob } from './check-job.js';
import { checkSteps, type Gpu } from './check-steps.js';
import { stepCases, stepCounts } from './contents.js';
import { cards } from './nvidia-smi.js';
import type { CheckResult } from './result.js';
import { asText } from './table.js';

const started = performance.now();
const { values } = parseArgs({
  options: {
    devices: { type: 'string', default: 'cuda,webgpu' },
    only: { type: 'string' },
    python: { type: 'string', default: 'python3' },
    out: { type: 'string', default: '.' },
    compared: { type: 'string', default: `${stepCounts.compared}` },
    timed: { type: 'string', default: `${stepCounts.timed}` },
    jobs: { type: 'boolean', default: true },
  },
  allowNegative: true,
});
const devices = values.devices.split(',').map(gpuOf);
const { python } = values;
const counts = { compared: Number(values.compared), timed: Number(values.timed) };
const say = (text: string) => process.stderr.write(`${elapsed().toFixed(0)} s  ${text}\n`);
const cases = stepCases.filter(({ backbone }) => values.only?.split(',').includes(backbone) ?? true);

const cli = join(packageFolder(), 'build/bundle/cli/main.js');
const doctor = spawnSync(process.execPath, [cli, 'doctor'], { encoding: 'utf8' }).stdout;
process.stderr.write(doctor);
const torch = spawnSync(python, ['-c', 'import torch; print(torch.__version__)'], { encoding: 'utf8' });
const { versions, node } = describeMachine();
const result: CheckResult = {
  date: new Date().toISOString(),
  machine: `${cpus()[0]?.model.trim()}, ${cpus().length} threads`,
  cards: cards(),
  versions: {
    node,
    'onnxruntime-node': versions['onnxruntime-node'] ?? 'unknown',
    ...(torch.status === 0 && { torch: torch.stdout.trim() }),
  },
  doctor,
  devices,
  steps: [],
  jobs: [],
  resumed: [],
  seconds: 0,
};
mkdirSync(values.out, { recursive: true });
const scratch = mkdtempSync(join(tmpdir(), 'adarand-gpu-check-'));
try {
  for (const each of cases) add('steps', await checkSteps(each, devices, { python, say, ...counts }));
  for (const device of values.jobs ? devices : []) {
    say(`fine-tuning, ${device}`);
    add('jobs', [checkJob(device, scratch)]);
    say(`killed and resumed, ${device}`);
    add('resumed', [await checkResume(device, scratch)]);
  }
  if (values.jobs && devices.includes('cuda')) {
    say('fine-tuning, PyTorch');
    const found = torchJob(python, scratch);
    if (found !== undefined) add('jobs', [found]);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.stdout.write(`${asText(result)}\n`);

/** Written at once: what ends early keeps what it found. */
function add<Part extends 'steps' | 'jobs' | 'resumed'>(part: Part, found: CheckResult[Part]): void {
  const all: unknown[] = result[part];
  all.push(...found);
  result.seconds = elapsed();
  writeFileSync(join(values.out, 'gpu-check.json'), `${JSON.stringify(result, undefined, 2)}\n`);
  writeFileSync(join(values.out, 'gpu-check.txt'), `${asText(result)}\n`);
}

function elapsed(): number {
  return (performance.now() - started) / 1000;
}

function gpuOf(name: string): Gpu {
  if (name === 'cuda' || name === 'webgpu') return name;
  throw new Error(`--devices ${name}: cuda or webgpu`);
}
