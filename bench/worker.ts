import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { allocator } from '../src/process/forked.js';
import type { FromWorker, StepTask, ToWorker } from './step-worker.js';

type Built = Extract<FromWorker, { type: 'built' }> & { readonly prepareSeconds: number };

/** A process that holds one built step; it idles between the rounds of an interleaved measurement. */
export class Worker {
  readonly label: string;
  readonly buildSeconds: number;
  readonly prepareSeconds: number;
  readonly gflop: number;
  readonly milliseconds: number[] = [];
  /** The loss that each step began with. */
  readonly losses: number[] = [];
  peakBytes = 0;
  readonly #child: ChildProcess;

  private constructor(label: string, child: ChildProcess, built: Built) {
    this.label = label;
    this.#child = child;
    this.buildSeconds = built.seconds;
    this.prepareSeconds = built.prepareSeconds;
    this.gflop = built.gflop;
  }

  static async start(label: string, task: StepTask): Promise<Worker> {
    const folder = await mkdtemp(join(tmpdir(), 'adarand-bench-'));
    const file = join(folder, 'preparation.safetensors');
    try {
      const preparing = forkWorker();
      const prepared = await ask(preparing, { type: 'prepare', task, file });
      preparing.kill();
      const child = forkWorker();
      const built = await ask(child, { type: 'build', task, file });
      if (prepared.type !== 'prepared' || built.type !== 'built')
        throw new Error(`${label} answered ${prepared.type} and ${built.type}`);
      return new Worker(label, child, { ...built, prepareSeconds: prepared.seconds });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Adds the times of some more steps. */
  async run(steps: number): Promise<void> {
    const reply = await ask(this.#child, { type: 'run', steps });
    if (reply.type !== 'ran') throw new Error(`${this.label} answered ${reply.type}`);
    this.milliseconds.push(...reply.milliseconds);
    this.losses.push(...reply.losses);
    this.peakBytes = reply.peakBytes;
  }

  stop(): void {
    this.#child.kill();
  }
}

/** With the allocator settings of the process that trains. */
function forkWorker(): ChildProcess {
  return fork(fileURLToPath(new URL('./step-worker.js', import.meta.url)), {
    env: { ...process.env, ...allocator },
  });
}

function ask(child: ChildProcess, message: ToWorker): Promise<FromWorker> {
  return new Promise((resolve, reject) => {
    const exited = (code: number | null) => reject(new Error(`the worker ended with ${code}`));
    child.once('exit', exited);
    child.once('message', (reply: FromWorker) => {
      child.off('exit', exited);
      resolve(reply);
    });
    child.send(message);
  });
}
