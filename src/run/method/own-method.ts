import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { AdarandError, messageOf } from '../../errors.js';
import { checkLosses } from '../../methods/check-losses.js';
import { isNeed } from '../../methods/inputs.js';
import type { Learned } from '../../methods/losses.js';
import { type Bound, type BoundMethod, defineMethod, type Method } from '../../methods/method.js';
import { adarandVersion } from '../../package.js';
import { quoted } from '../command-line.js';
import { moduleFiles } from './module-files.js';

/**
 * A method from a user's module, whose default export is one (made with `defineMethod`). Errors inside it are reported
 * with the module's path.
 *
 * @throws AdarandError `method.module`; later, from the method itself, `method.failed`.
 */
export async function importMethod(path: string): Promise<Method> {
  const module: unknown = await import(pathToFileURL(path).href).catch((error: unknown) => {
    throw notImported(path, error);
  });
  const parsed = moduleSchema.safeParse(module);
  if (parsed.success) return defineMethod(attributed(parsed.data.default, path));
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

/** SHA-256 of a module's text; of a module that imports others by relative paths, of the digests of all of them. */
export function fingerprintModule(path: string): string {
  const [own = '', ...imported] = moduleFiles(path).map((file) => digest(readFileSync(file)));
  return imported.length === 0 ? own : digest([own, ...imported].join('\n'));
}

function digest(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function notImported(path: string, error: unknown): AdarandError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (/\.m?ts$/.test(path) && code === 'ERR_UNKNOWN_FILE_EXTENSION')
    return new AdarandError(
      'method.module',
      `${path} is TypeScript, which Node ${process.versions.node} does not load`,
      `Use Node 22.18 or newer, or compile the file first: npx --yes esbuild ${quoted(path)} --format=esm --outfile=${quoted(asModule(path))}`,
      error,
    );
  const [, wanted] = /^Cannot find package '([^']+)'/.exec(messageOf(error)) ?? [];
  const isScript = error instanceof SyntaxError && /outside a module|token 'export'/.test(error.message);
  return new AdarandError(
    'method.module',
    `${path} cannot be imported: ${error}`,
    isScript
      ? `Node takes it for a CommonJS file. Call it ${asModule(path, /m?ts$/.test(path))}.`
      : wanted && howToInstall(wanted),
    error,
  );
}

/** A file's packages are looked for in its own folder and those above, and not where this program is. */
function howToInstall(wanted: string): string {
  if (!['adarand', 'zod'].includes(wanted))
    return `Save it in a project where ${wanted} is installed: npm install ${quoted(wanted)}`;
  const packed = `PATH/adarand-${adarandVersion()}.tgz`;
  return `Save it in a project where adarand and zod are installed: npm install --ignore-scripts ${packed} zod (README.md says how to pack the first)`;
}

/** The same path with an ending that Node takes for an ES module. */
function asModule(path: string, typed = false): string {
  return path.replace(/\.[cm]?[jt]s$/, typed ? '.mts' : '.mjs');
}

const callable = z.custom<() => unknown>((value) => typeof value === 'function', 'it should be a function');

const fields = z.object({
  name: z.string(),
  options: z.instanceof(z.ZodType),
  defaultLambda: z.number(),
  bind: callable,
});
const moduleSchema = z.object({
  default: z.custom<Method>((value) => fields.safeParse(value).success),
});

const ofDescription = z.unknown().optional();
const described: Readonly<Record<Exclude<keyof BoundMethod, keyof Bound>, typeof ofDescription>> = {
  name: ofDescription,
  title: ofDescription,
  paper: ofDescription,
  formula: ofDescription,
  about: ofDescription,
  defaultLambda: ofDescription,
  lambdaUnit: ofDescription,
  trains: ofDescription,
  replacesWeightDecay: ofDescription,
  replacesTaskLoss: ofDescription,
  options: ofDescription,
  unused: ofDescription,
};

/** What `bind` should return; `defineMethod` adds the description. */
const boundSchema = z
  .strictObject({
    needs: z.array(
      z.string().refine(isNeed, {
        error: ({ input }) => `"${input}" is not something that a method can need`,
      }),
    ),
    loss: callable,
    prepare: callable.optional(),
    sourceSampler: callable.optional(),
    epochCallback: z
      .object({
        epochs: z.number().int().positive(),
        reads: z.array(z.string()).readonly().optional(),
        run: callable,
      })
      .optional(),
    ...described,
  })
  .refine(({ needs, sourceSampler }) => !needs.includes('sourceBatch') || sourceSampler !== undefined, {
    path: ['sourceSampler'],
    error: 'a method that needs sourceBatch chooses its images',
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
        loss: (inputs, tools) =>
          attempt(() => {
            const losses = checkLosses(method.name, bound.loss(inputs, tools));
            const { learned } = losses;
            return learned === undefined
              ? losses
              : { ...losses, learned: attributedLearned(learned, attempt) };
          }),
        ...(prepare && {
          async prepare(tools) {
            try {
              return await prepare(tools);
            } catch (error) {
              throw failed(path, error);
            }
          },
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

/** The same objective, whose optimizer and schedule are called within `attempt`. */
function attributedLearned(learned: Learned, attempt: <T>(work: () => T) => T): Learned {
  const { optimizer, schedule } = learned;
  return {
    ...learned,
    optimizer: {
      name: optimizer.name,
      slots: optimizer.slots,
      scalars: (step) => attempt(() => optimizer.scalars(step)),
      update: (context) => attempt(() => optimizer.update(context)),
    },
    schedule: (step, totalSteps) => attempt(() => schedule(step, totalSteps)),
  };
}

function checkBound(bound: BoundMethod): BoundMethod {
  const result = boundSchema.safeParse(bound);
  if (result.success) return bound;
  const problems = result.error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join('.')}: ${message}` : message,
  );
  throw new Error(`bind returned something else than needs and loss (${problems.join('; ')})`);
}

const CONTRACT =
  'The code of the method raises this; docs/architecture.md, "A method", says what it is made of.';

/** An error of a module's code, with the module's path. Errors about the input or the machine are not changed. */
function failed(path: string, error: unknown): unknown {
  if (error instanceof AdarandError && /^method\.(loss|no-tensor)$/.test(error.code))
    return new AdarandError(error.code, `${path}: ${error.message}`, error.hint, error);
  if (error instanceof AdarandError && !error.code.startsWith('graph.')) return error;
  const hint = (error instanceof AdarandError ? error.hint : undefined) ?? CONTRACT;
  return new AdarandError('method.failed', `${path}: ${messageOf(error)}`, hint, error);
}
