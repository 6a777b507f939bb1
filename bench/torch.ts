import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { z } from 'zod';
import { allocator } from '../src/process/forked.js';

const answerSchema = z.object({ times: z.array(z.number()), peakRssMb: z.number() });

export interface TorchOptions {
  readonly batch: number;
  readonly image: number;
  readonly classes: number;
  readonly threads: number;
  readonly device: 'cpu' | 'cuda';
  /** Products of 10 bits of mantissa, on cuda; not unless given. */
  readonly tf32?: boolean;
}

/** PyTorch's training step by `oracle/bench.py --serve`, with the allocator settings of `Worker`. */
export class Torch {
  readonly milliseconds: number[] = [];
  peakBytes = 0;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #model: string;

  private constructor(child: ChildProcess, lines: Interface, model: string) {
    this.#child = child;
    this.#lines = lines[Symbol.asyncIterator]();
    this.#model = model;
  }

  /** `undefined` where this Python has no PyTorch. */
  static async start(
    python: string,
    model: string,
    { tf32 = false, ...options }: TorchOptions,
  ): Promise<Torch | undefined> {
    const settings = Object.entries(options).flatMap(([name, value]) => [`--${name}`, `${value}`]);
    const args = ['oracle/bench.py', '--serve', ...settings, ...(tf32 ? ['--tf32'] : [])];
    const child = spawn(python, args, {
      env: { ...process.env, ...allocator },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const torch = new Torch(child, createInterface({ input: child.stdout }), model);
    // Without Python, or without PyTorch, the process ends and its pipes break.
    for (const stream of [child, child.stdin]) stream.on('error', () => {});
    const works = await torch.run(1).then(
      () => true,
      () => false,
    );
    torch.milliseconds.length = 0;
    return works ? torch : undefined;
  }

  async run(steps: number): Promise<void> {
    this.#child.stdin?.write(`${this.#model} ${steps}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('PyTorch ended early');
    const { times, peakRssMb } = answerSchema.parse(JSON.parse(value));
    this.milliseconds.push(...times);
    this.peakBytes = peakRssMb * 2 ** 20;
  }

  stop(): void {
    this.#child.kill();
  }
}
