import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { packageFolder } from '../../src/package.js';
import { allocator } from '../../src/process/forked.js';
import { summarySchema } from '../../src/run/folder/record.js';
import type { Gpu } from './check-steps.js';
import { job } from './contents.js';
import type { CheckResult, JobResult } from './result.js';

const cli = join(packageFolder(), 'build/bundle/cli/main.js');

/** A whole fine-tuning on a device, from an empty process to the written classifier. */
export function checkJob(device: Gpu, scratch: string): JobResult {
  const contestant = `${device}, adarand`;
  const out = join(scratch, `job-${device}`);
  const started = performance.now();
  const { status, stderr } = runCli(trainFlags(device, out, job.epochs), scratch);
  const seconds = (performance.now() - started) / 1000;
  if (status !== 0) return { contestant, failed: stderr.trim().split('\n').slice(-6).join('\n') };
  return { contestant, seconds, accuracy: summaryOf(out).test_accuracy ?? undefined };
}

/** The same by PyTorch; undefined where there is none. Its network has random weights: only its time compares. */
export function torchJob(python: string, scratch: string): JobResult | undefined {
  const script = join(packageFolder(), 'oracle/job.py');
  const out = join(scratch, 'job.pt');
  const args = [script, job.data, job.torch, `${job.image}`, `${job.epochs}`, '4', out, 'cuda'];
  const started = performance.now();
  const { status } = spawnSync(python, args, { encoding: 'utf8' });
  if (status !== 0) return undefined;
  return { contestant: 'PyTorch, random weights', seconds: (performance.now() - started) / 1000 };
}

/** Kills a fine-tuning after its first checkpoint, resumes it, and compares it with one that was left alone. */
export async function checkResume(device: Gpu, scratch: string): Promise<CheckResult['resumed'][number]> {
  const [left, killed] = [join(scratch, `left-${device}`), join(scratch, `killed-${device}`)];
  const alone = runCli(trainFlags(device, left, 3), scratch);
  if (alone.status !== 0) return { device, same: false, told: alone.stderr.trim() };
  const child = spawn(process.execPath, [cli, 'train', ...trainFlags(device, killed, 3)], {
    env: environment(scratch),
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  while (child.exitCode === null && !existsSync(join(killed, 'checkpoints', 'last.safetensors')))
    await setTimeout(20);
  child.kill('SIGKILL');
  await ended;
  const resumed = runCli(['--resume', killed], scratch);
  if (resumed.status !== 0) return { device, same: false, told: resumed.stderr.trim() };
  const [a, b] = [summaryOf(left), summaryOf(killed)];
  const told = `loss on validation images ${a.val_loss} and ${b.val_loss}`;
  return { device, same: a.val_loss === b.val_loss && a.test_loss === b.test_loss, told };
}

function trainFlags(device: Gpu, out: string, epochs: number): string[] {
  const size = ['--image-size', `${job.image}`, '--epochs', `${epochs}`];
  return [job.data, '--model', job.network, ...size, '--device', device, '--out', out];
}

function runCli(flags: readonly string[], scratch: string) {
  return spawnSync(process.execPath, [cli, 'train', ...flags], {
    env: environment(scratch),
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
}

function environment(scratch: string): NodeJS.ProcessEnv {
  return { ...process.env, ...allocator, ADARAND_CACHE: join(scratch, 'cache') };
}

function summaryOf(run: string) {
  return summarySchema.parse(JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8')));
}
