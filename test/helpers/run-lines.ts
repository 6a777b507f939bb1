import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageFolder } from '../../src/package.js';

export interface Lines {
  /** What it printed, a line of JSON each. */
  readonly lines: readonly unknown[];
  /** How it ended, unless it ended well. */
  readonly died: string | undefined;
}

/** Runs a compiled program, `build/NAME.js`, in a process of its own, which may die. */
export function runLines(
  name: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Lines> {
  const program = join(packageFolder(), 'build', `${name}.js`);
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed = (printed + text).slice(-2000);
  });
  const lines: unknown[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(JSON.parse(line)));
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code, signal) => {
      const died = code === 0 ? undefined : `the process ended by ${signal ?? `code ${code}`}: ${printed}`;
      resolve({ lines, died });
    });
  });
}
