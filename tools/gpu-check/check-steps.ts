import { availableParallelism } from 'node:os';
import { Torch } from '../../bench/torch.js';
import { Worker } from '../../bench/worker.js';
import { quantile } from '../../src/analysis/statistics.js';
import { at, messageOf } from '../../src/errors.js';
import type { Device } from '../../src/graph/device.js';
import type { MethodName } from '../../src/methods/index.js';
import type { StepCase } from './contents.js';
import { usedBytes } from './nvidia-smi.js';
import type { StepResult } from './result.js';

export type Gpu = 'cuda' | 'webgpu';

export interface StepsOptions {
  readonly python: string;
  readonly compared: number;
  readonly timed: number;
  say(text: string): void;
}

/** The same steps of a backbone on the CPU, on each device, and by PyTorch, one after the other. */
export async function checkSteps(
  given: StepCase,
  devices: readonly Gpu[],
  options: StepsOptions,
): Promise<StepResult[]> {
  const { say, compared } = options;
  const results: StepResult[] = [];
  const methods: readonly MethodName[] = ['fine-tuning', 'adarand'];
  for (const method of methods) {
    say(`${given.backbone}, ${method}, cpu`);
    const reference = await Worker.start(method, taskOf(given, method, 'cpu'));
    await reference.run(compared);
    reference.stop();
    for (const device of devices) {
      say(`${given.backbone}, ${method}, ${device}`);
      results.push(await onDevice(given, method, device, reference.losses, options));
    }
  }
  if (devices.includes('cuda') && given.torch !== undefined)
    for (const tf32 of [false, true]) {
      say(`${given.backbone}, PyTorch`);
      const found = await byTorch(given, given.torch, tf32, options);
      if (found !== undefined) results.push(found);
    }
  return results;
}

function taskOf({ backbone, batch, image, classes }: StepCase, method: MethodName, device: Device) {
  const threads = availableParallelism();
  return { backbone, method, batchSize: batch, imageSize: image, classes, threads, device };
}

async function onDevice(
  given: StepCase,
  method: MethodName,
  device: Gpu,
  expected: readonly number[],
  { compared, timed }: StepsOptions,
): Promise<StepResult> {
  const shown = { backbone: given.backbone, batch: given.batch, contestant: `${device}, ${method}` };
  const before = usedBytes();
  try {
    const worker = await Worker.start(method, taskOf(given, method, device));
    try {
      await worker.run(compared);
      const lossError = Math.max(
        ...expected.map((loss, i) => Math.abs(at(worker.losses, i) - loss) / Math.abs(loss)),
      );
      const done = worker.milliseconds.length;
      await worker.run(timed);
      const milliseconds = quartiles(worker.milliseconds.slice(done));
      return { ...shown, milliseconds, startSeconds: worker.buildSeconds, ...since(before), lossError };
    } finally {
      worker.stop();
    }
  } catch (error) {
    return { ...shown, failed: messageOf(error) };
  }
}

/** Undefined without PyTorch. */
async function byTorch(
  given: StepCase,
  model: string,
  tf32: boolean,
  { python, compared, timed }: StepsOptions,
): Promise<StepResult | undefined> {
  const before = usedBytes();
  const options = {
    batch: given.batch,
    image: given.image,
    classes: given.classes,
    threads: 4,
    device: 'cuda',
    tf32,
  } as const;
  const torch = await Torch.start(python, model, options);
  if (torch === undefined) return undefined;
  try {
    await torch.run(compared);
    torch.milliseconds.length = 0;
    await torch.run(timed);
    const contestant = `PyTorch, fine-tuning${tf32 ? ', TF32' : ''}`;
    const milliseconds = quartiles(torch.milliseconds);
    return { backbone: given.backbone, batch: given.batch, contestant, milliseconds, ...since(before) };
  } finally {
    torch.stop();
  }
}

function quartiles(times: readonly number[]): [number, number, number] {
  return [quantile(times, 0.5), quantile(times, 0.25), quantile(times, 0.75)];
}

function since(before: number | undefined): { readonly deviceBytes?: number } {
  const now = usedBytes();
  return before === undefined || now === undefined ? {} : { deviceBytes: now - before };
}
