/** Makes calls of the file system fail, as tests that run as root cannot: loaded by `node --import` with FAILING_FILES. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { z } from 'zod';

export const failuresSchema = z.object({
  /** Functions of `node:fs/promises`, and of `node:fs` with `Sync` at the end. */
  calls: z.array(z.string()),
  /** A part of the paths, as a regular expression. */
  path: z.string(),
  /** The system's error code. */
  code: z.string(),
});

export type Failures = z.input<typeof failuresSchema>;

/** The environment in which these calls fail. */
export function failing(failures: Failures): NodeJS.ProcessEnv {
  return {
    NODE_OPTIONS: `--import=${import.meta.url}`,
    FAILING_FILES: JSON.stringify(failures),
  };
}

const given = process.env.FAILING_FILES;
if (given !== undefined) {
  const { calls, path, code } = failuresSchema.parse(JSON.parse(given));
  const pattern = new RegExp(path);
  const failure = (name: string, on: string) =>
    Object.assign(new Error(`${code}: made to fail, ${name} '${on}'`), {
      code,
      syscall: name,
      errno: -1,
      path: on,
    });
  const wrap = (from: object, name: string, fail: (error: Error) => unknown) => {
    const original: unknown = Reflect.get(from, name);
    if (typeof original !== 'function') throw new Error(`there is no ${name}`);
    Reflect.set(from, name, (on: unknown, ...rest: readonly unknown[]): unknown =>
      pattern.test(String(on))
        ? fail(failure(name, String(on)))
        : Reflect.apply(original, from, [on, ...rest]),
    );
  };
  for (const name of calls) {
    if (name.endsWith('Sync'))
      wrap(fs, name, (error) => {
        throw error;
      });
    else wrap(fs.promises, name, (error) => Promise.reject(error));
  }
  syncBuiltinESMExports();
}
