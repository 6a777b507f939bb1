/** What the journeys need: tiny data, a tiny network, and the real command line in a process. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import sharp from 'sharp';
import { at } from '../../src/errors.js';
import { float32 } from '../../src/graph/tensor.js';
import { exportOnnx } from '../../src/models/export/onnx.js';
import { cifarResNet } from '../../src/nn/cifar-resnet.js';
import { type Entry, packageFolder } from '../../src/package.js';
import { Random } from '../../src/random.js';
import { nodeFlags, writeNode } from './node-flags.js';

export const classNames = ['blue', 'green', 'red'] as const;

/** A new folder, and its removal. */
export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'adarand-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

export interface TestFolder {
  readonly path: string;
  /** A path inside it. */
  readonly inside: (...parts: readonly string[]) => string;
  /** What a JSON file inside it holds. */
  readonly json: (...parts: readonly string[]) => Promise<ReturnType<typeof JSON.parse>>;
  /** Runs `adarand` in it, which has to succeed; returns what it printed. */
  readonly succeeds: (...args: readonly string[]) => Promise<string>;
}

/**
 * A folder for the tests of a file or a `describe`, removed after them. Hooks of a file may run side by side, so it is made at
 * once. `run` runs its commands.
 */
export function testFolder(run: typeof adarand = adarand): TestFolder {
  const path = mkdtempSync(join(tmpdir(), 'adarand-'));
  after(() => rm(path, { recursive: true, force: true }));
  const inside = (...parts: readonly string[]) => join(path, ...parts);
  return {
    path,
    inside,
    json: async (...parts) => JSON.parse(await readFile(inside(...parts), 'utf8')),
    async succeeds(...args) {
      const { code, stdout, stderr } = await run(path, ...args);
      assert.equal(code, 0, stderr);
      return stdout;
    },
  };
}

/** `folder/CLASS/NN.png`: noisy pictures in which the class's colour is strongest; NN counts from `first`. */
export async function writeImages(folder: string, perClass: number, size = 24, first = 0): Promise<void> {
  for (const [label, name] of classNames.entries()) {
    await mkdir(join(folder, name), { recursive: true });
    for (let i = first; i < first + perClass; i++) {
      const path = join(folder, name, `${String(i).padStart(2, '0')}.png`);
      await writeFile(path, await picture(label, i, size));
    }
  }
}

function picture(label: number, index: number, size: number): Promise<Buffer> {
  const random = new Random(1, 'test', label, index);
  const pixels = Uint8Array.from({ length: size * size * 3 }, (_, i) =>
    Math.round(random.uniform() * 120 + (i % 3 === 2 - label ? 100 : 0)),
  );
  return sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
    .png()
    .toBuffer();
}

/** An 8-layer ResNet for small pictures with random weights, as an ONNX file with a head of four classes. */
export async function writeModel(path: string, size = 16): Promise<void> {
  const built = cifarResNet(8, { seed: 1 });
  const network = { ...built, preprocessing: { ...built.preprocessing, imageSize: size, resizeSize: size } };
  const random = new Random(2, 'test');
  const weight = Float32Array.from({ length: 4 * 64 }, () => random.normal());
  const head = {
    weight: float32([4, 64], weight),
    bias: float32([4], [0, 0, 0, 0]),
    classes: ['a', 'b', 'c', 'd'],
  };
  await writeFile(path, exportOnnx({ network, head }));
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves with a line of stdout that matches, as soon as there is one. */
  line(pattern: RegExp): Promise<string>;
}

/** An entry of the program as it is published: bundled. */
export function bundled(entry: Entry): string {
  return join(packageFolder(), 'build', 'bundle', `${entry}.js`);
}

const main = bundled('cli/main');

/** A folder for the PATH in which `adarand` is this program, as npm would put it there; removed at exit. */
const bin = mkdtempSync(join(tmpdir(), 'adarand-bin-'));
symlinkSync(main, join(bin, 'adarand'));
chmodSync(main, 0o755);
writeNode(bin);
process.on('exit', () => rmSync(bin, { recursive: true, force: true }));

/** What the program finds in its environment, in such a folder. */
export function environment(cwd: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    ADARAND_CACHE: join(cwd, 'cache'),
  };
}

/** Types a line into a shell in a folder, as it is printed. */
export function typed(cwd: string, line: string): Promise<Ended> {
  return new Promise((resolve) => {
    execFile('sh', ['-c', line], { cwd, env: environment(cwd) }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

/** Starts `adarand` with these arguments in a folder. */
export function start(cwd: string, ...args: readonly string[]): Running {
  return startWith({}, cwd, ...args);
}

/** The same, with more variables in its environment. */
export function startWith(env: NodeJS.ProcessEnv, cwd: string, ...args: readonly string[]): Running {
  const child = spawn(process.execPath, [...nodeFlags, main, ...args], {
    cwd,
    env: { ...environment(cwd), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ code, stdout, stderr }));
  });
  const find = (pattern: RegExp) => stdout.split('\n').find((line) => pattern.test(line));
  return {
    process: child,
    ended,
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = find(pattern);
          if (found !== undefined) resolve(found);
        };
        look();
        child.stdout.on('data', look);
        child.on('close', () => reject(new Error(`no line like ${pattern}:\n${stdout}\n${stderr}`)));
      }),
  };
}

/** Runs `adarand` to its end. */
export function adarand(cwd: string, ...args: readonly string[]): Promise<Ended> {
  return start(cwd, ...args).ended;
}

/** Waits until the process that wrote a run is gone: one whose parent is killed lives on for a moment, to save it. */
export async function released(run: string): Promise<void> {
  for (let i = 0; i < 200 && existsSync(join(run, '.lock')); i++) await pause(50);
}

/** The JSON lines of a command's output. */
export function jsonLines(stdout: string): Record<string, unknown>[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

export function lastLine(stdout: string): Record<string, unknown> {
  const lines = jsonLines(stdout);
  return at(lines, lines.length - 1);
}

/** Whether a remark is not the one that no file says how a model's images were prepared: none does for `writeModel`'s. */
export function isOther(remark: unknown): boolean {
  return !String(remark).startsWith('model: no file says how its images were prepared');
}
