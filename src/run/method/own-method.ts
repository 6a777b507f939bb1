import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { AdarandError } from '../../errors.js';
import { isNeed } from '../../methods/inputs.js';
import type { BoundMethod, Method } from '../../methods/method.js';

/**
 * A method from a module of the user's, whose default export is one (made with `defineMethod`). What goes wrong inside
 * it is reported as the module's mistake, by its path.
 *
 * @throws AdarandError `method.module`; later, from the method itself, `method.failed`.
 */
export async function importMethod(path: string): Promise<Method> {
  const module: unknown = await import(pathToFileURL(path).href).catch((error: unknown) => {
    throw notImported(path, error);
  });
  const parsed = moduleSchema.safeParse(module);
  if (parsed.success) return attributed(parsed.data.default, path);
  const shape = z.object({ default: fields }).safeParse(module);
  const problems = shape.error?.issues.map(
    ({ path: where, message }) => `${where.slice(1).join('.') || 'default'}: ${message}`,
  );
  throw new AdarandError(
    'method.module',
    `${path} does not export a method${problems ? ` (${problems.join('; ')})` : ''}`,
    'Its default export should be `defineMethod({ name, ..., bind })`.',
  );
}

/** SHA-256 of a module's text. */
export function fingerprintModule(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function notImported(path: string, error: unknown): AdarandError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (/\.m?ts$/.test(path) && code === 'ERR_UNKNOWN_FILE_EXTENSION')
    return new AdarandError(
      'method.module',
      `${path} is TypeScript, which Node ${process.versions.node} does not load`,
      `Use Node 22.18 or newer, or compile the file first: npx esbuild ${path} --format=esm --outfile=${path.replace(/ts$/, 'js')}`,
      error,
    );
  return new AdarandError('method.module', `${path} cannot be imported: ${error}`, undefined, error);
}

const fields = z.object({
  name: z.string(),
  options: z.instanceof(z.ZodType),
  defaultLambda: z.number(),
  bind: z.custom<() => unknown>((bind) => typeof bind === 'function', 'it should be a function'),
});
const moduleSchema = z.object({
  default: z.custom<Method>((value) => fields.safeParse(value).success),
});

/** What `bind` should return. */
const boundSchema = z.object({
  needs: z.array(
    z.string().refine(isNeed, { error: ({ input }) => `"${input}" is not something that a method can need` }),
  ),
  loss: z.custom<() => unknown>((loss) => typeof loss === 'function', 'it should be a function'),
});

/** The same method, whose mistakes name its file. */
function attributed(method: Method, path: string): Method {
  const attempt = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw failed(path, error);
    }
  };
  return {
    ...method,
    bind(options) {
      const bound = attempt(() => checkBound(method.bind(options)));
      const { prepare, sourceSampler, epochCallback } = bound;
      return {
        ...bound,
        loss: (inputs, tools) => attempt(() => bound.loss(inputs, tools)),
        ...(prepare && {
          prepare: (tools) =>
            prepare(tools).catch((error: unknown) => {
              throw failed(path, error);
            }),
        }),
        ...(sourceSampler && { sourceSampler: (context) => attempt(() => sourceSampler(context)) }),
        ...(epochCallback && {
          epochCallback: {
            ...epochCallback,
            run: (tensor, predictions) => attempt(() => epochCallback.run(tensor, predictions)),
          },
        }),
      };
    },
  };
}

function checkBound(bound: BoundMethod): BoundMethod {
  const result = boundSchema.safeParse(bound);
  if (result.success) return bound;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`bind returned something else than a bound method (${problems.join('; ')})`);
}

/** Errors of ours that speak of the user's input stay as they are; those of the graph are the module's. */
function failed(path: string, error: unknown): unknown {
  if (error instanceof AdarandError && !error.code.startsWith('graph.')) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const message = reason.replace(/^invariant violated: /, '');
  return new AdarandError('method.failed', `${path}: ${message}`, undefined, error);
}
