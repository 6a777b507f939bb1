/** The flags of Node that `tools/test.mjs` gives: what tests start by itself has them, too. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { quoted } from '../../src/run/command-line.js';

/** Without those of Node's test runner. */
export const nodeFlags: readonly string[] = process.execArgv.filter((flag) => !flag.startsWith('--test'));

/** Writes `node` with these flags into a folder for the PATH, for what a shell starts. */
export function writeNode(bin: string): void {
  const command = [process.execPath, ...nodeFlags].map(quoted).join(' ');
  writeFileSync(join(bin, 'node'), `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 });
}
