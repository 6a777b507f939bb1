/**
 * For `node --import`: ends the process that performs an operation, or fills its disk, at a chosen one of its calls that
 * change a file below the current folder. `ADARAND_WRITES` says which: `kill:17`, `full:17`, or `count`; with
 * `space:1000`, it says that there are 1000 bytes left. `ADARAND_WRITES_LOG` is a file that lists the calls. Writes are cut in two, with a point of interruption between.
 */
import fs from 'node:fs';
import promises, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { resolve, sep } from 'node:path';
import { isMainThread } from 'node:worker_threads';

const [how = 'count', which = 'Infinity'] = (process.env.ADARAND_WRITES ?? '').split(':');
const log = process.env.ADARAND_WRITES_LOG;
const here = `${process.cwd()}${sep}`;
const takesSpace = new Set(['mkdir', 'open', 'write', 'half a write', 'sync', 'link', 'copy', 'rename']);

if (isMainThread && process.argv[1]?.endsWith(`process${sep}main.js`)) await intercept();

async function intercept(): Promise<void> {
  const original = { ...fs };
  const { mkdir, open, rename, rm } = promises;
  const paths = new Map<number, string>();
  const begun = new WeakSet<FileHandle>();
  let calls = 0;

  /** Called before the `calls`-th change of a file. */
  const point = (call: string, path: unknown) => {
    if (typeof path !== 'string' || !resolve(path).startsWith(here)) return;
    calls += 1;
    if (log !== undefined) original.appendFileSync(log, `${call} ${path}\n`);
    if (how === 'kill' && calls === Number(which)) process.kill(process.pid, 'SIGKILL');
    if (how === 'full' && calls >= Number(which) && takesSpace.has(call)) throw noSpace(call);
  };
  const writes = (flags: unknown) => typeof flags === 'string' && flags !== 'r';
  const halves = (length: number) => [Math.ceil(length / 2), length] as const;

  const before =
    <Args extends readonly unknown[], Result>(call: string, work: (...args: Args) => Result, path = 0) =>
    (...args: Args): Result => {
      point(call, args[path]);
      return work(...args);
    };

  Object.assign(fs, {
    openSync(path: string, flags = 'r') {
      if (writes(flags)) point('open', path);
      const file = original.openSync(path, flags);
      if (writes(flags)) paths.set(file, path);
      return file;
    },
    closeSync(file: number) {
      paths.delete(file);
      original.closeSync(file);
    },
    fsyncSync(file: number) {
      point('sync', paths.get(file));
      original.fsyncSync(file);
    },
    writeSync(file: number, data: Uint8Array | string, offset = 0) {
      const bytes = Buffer.from(data).subarray(offset);
      const [half, whole] = halves(bytes.length);
      point('write', paths.get(file));
      original.writeSync(file, bytes, 0, half);
      point('half a write', paths.get(file));
      if (half < whole) original.writeSync(file, bytes, half, whole - half);
      return whole;
    },
    linkSync: before('link', original.linkSync, 1),
    copyFileSync: before('copy', original.copyFileSync, 1),
    renameSync: before('rename', original.renameSync, 1),
    rmSync: before('remove', original.rmSync),
  });

  if (how === 'space') {
    const blocks = Number(which);
    const statfs = async () => ({ blocks: 1e12, bavail: blocks, bfree: blocks, bsize: 1 });
    Object.assign(promises, { statfs });
  }

  Object.assign(promises, {
    mkdir: async (...args: Parameters<typeof mkdir>) => {
      point('mkdir', args[0]);
      return mkdir(...args);
    },
    rename: async (...args: Parameters<typeof rename>) => {
      point('rename', args[1]);
      return rename(...args);
    },
    rm: async (...args: Parameters<typeof rm>) => {
      point('remove', args[0]);
      return rm(...args);
    },
    async open(...args: Parameters<typeof open>) {
      const [path, flags = 'r'] = args;
      if (writes(flags)) point('open', path);
      const file = await open(...args);
      const write = file.write.bind(file);
      const sync = file.sync.bind(file);
      return Object.assign(file, {
        async sync() {
          point('sync', path);
          return sync();
        },
        /** Of several writes to a file, the first. */
        async write(bytes: Uint8Array, offset: number, length: number) {
          if (begun.has(file)) return write(bytes, offset, length);
          begun.add(file);
          const [half, whole] = halves(length);
          point('write', path);
          await write(bytes, offset, half);
          point('half a write', path);
          if (half < whole) await write(bytes, offset + half, whole - half);
          return { bytesWritten: whole, buffer: bytes };
        },
      });
    },
  });
  syncBuiltinESMExports();
}

function noSpace(call: string): Error {
  return Object.assign(new Error(`ENOSPC: no space left on device, ${call}`), {
    code: 'ENOSPC',
    errno: -28,
    syscall: call,
  });
}
