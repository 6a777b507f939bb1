/**
 * Runs the program, as it is published, once for each message with words from its parent. Of the processes that perform its
 * operations, it keeps one that has given its result, and lends it to the next command.
 */
import childProcess, { type ChildProcess, type ForkOptions, type Serializable } from 'node:child_process';
import { once } from 'node:events';
import { syncBuiltinESMExports } from 'node:module';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { END, type FromSession, toSessionSchema } from './messages.js';

const [, , main = ''] = process.argv;
const { fork } = childProcess;

/** Has nothing to do. */
let idle: ChildProcess | undefined;

childProcess.fork = (
  file: string | URL,
  args: readonly string[] | ForkOptions = [],
  options: ForkOptions = {},
): ChildProcess => {
  if (!Array.isArray(args)) throw new Error('a process without arguments is none of the program');
  if (!/process[\\/]main\.js$/.test(String(file))) return fork(file, args, options);
  const child = idle?.connected === true ? idle : fork(file, args, options);
  idle = undefined;
  lend(child);
  return staying(child);
};
syncBuiltinESMExports();

/** Nobody who had it before hears of it any more. */
function lend(child: ChildProcess): void {
  for (const event of ['message', 'close', 'error']) child.removeAllListeners(event);
  for (const stream of [child.stdout, child.stderr]) stream?.removeAllListeners('data');
  child.on('message', (message) => {
    if (z.object({ type: z.literal('result') }).safeParse(message).success) idle = child;
  });
}

/** The process, which is asked to wait for another operation after each. */
function staying(child: ChildProcess): ChildProcess {
  return new Proxy(child, {
    get(target, name) {
      if (name === 'send')
        return (message: Serializable, done: (error: Error | null) => void) =>
          target.send(
            typeof message === 'object' && 'stays' in message ? { ...message, stays: true } : message,
            done,
          );
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

let commands = 0;

process.on('message', (raw) => {
  const { words } = toSessionSchema.parse(raw);
  void command(words).then((code) => {
    process.stdout.write(END);
    process.stderr.write(END);
    const ended: FromSession = { code };
    process.send?.(ended);
  });
});

process.on('disconnect', async () => {
  if (idle?.connected === true) {
    idle.kill('SIGKILL');
    await once(idle, 'exit');
  }
  process.exit(0);
});

/** The exit code. */
async function command(words: readonly string[]): Promise<number> {
  process.argv = [process.execPath, main, ...words];
  process.exitCode = undefined;
  // Its modules stay; it begins anew.
  await import(`${pathToFileURL(main).href}?${commands++}`);
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error');
  const code = Number(process.exitCode);
  process.exitCode = undefined;
  return code;
}
