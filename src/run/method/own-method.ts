import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { AdarandError } from '../../errors.js';
import {
  type Built,
  type LossTools,
  type Method,
  type MethodInputs,
  type Need,
  needNames,
} from '../../methods/method.js';

/**
 * A method from a JavaScript module whose default export is one (made with `defineMethod`). What goes wrong inside
 * it is told as the module's mistake.
 *
 * @throws AdarandError `method.module`; later, from the method itself, `method.failed`.
 */
export async function importMethod(path: string): Promise<Method> {
  const module: unknown = await import(pathToFileURL(path).href).catch((error: unknown) => {
    throw new AdarandError('method.module', `${path} cannot be imported: ${error}`, undefined, error);
  });
  const parsed = moduleSchema.safeParse(module);
  if (parsed.success) return guarded(parsed.data.default, path);
  const shape = z.object({ default: fields }).safeParse(module);
  const problems = shape.error?.issues.map(
    ({ path: where, message }) => `${where.slice(1).join('.') || 'default'}: ${message}`,
  );
  throw new AdarandError(
    'method.module',
    `${path} does not export a method${problems ? ` (${problems.join('; ')})` : ''}`,
    'Its default export should be `defineMethod({ name, ..., build })`.',
  );
}

/** SHA-256 of a module's text. */
export function fingerprintModule(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

const fields = z.object({
  name: z.string(),
  needs: z.array(z.enum(needNames)),
  options: z.instanceof(z.ZodType),
  defaultLambda: z.number(),
  build: z.custom<() => unknown>((build) => typeof build === 'function', 'it should be a function'),
});
const moduleSchema = z.object({
  default: z.custom<Method>((value) => fields.safeParse(value).success),
});

function guarded(method: Method, path: string): Method {
  const failed = (error: unknown): unknown => {
    if (error instanceof AdarandError && !error.code.startsWith('graph.')) return error;
    const reason = error instanceof Error ? error.message : String(error);
    return new AdarandError(
      'method.failed',
      `${path}: ${reason.replace(/^invariant violated: /, '')}`,
      undefined,
      error,
    );
  };
  return {
    ...method,
    build(context, options) {
      try {
        return checkBuilt(method.build(declaredOnly(context, method), options));
      } catch (error) {
        throw failed(error);
      }
    },
    ...(method.prepare && {
      async prepare(tools, options) {
        try {
          const tensors = await method.prepare?.(tools, options);
          for (const [name, tensor] of Object.entries(tensors ?? {}))
            if (tensor?.dtype !== 'float32' || !tensor.data.every(Number.isFinite))
              throw new Error(`prepare returned something else than a tensor of finite numbers as ${name}`);
          return tensors ?? {};
        } catch (error) {
          throw failed(error);
        }
      },
    }),
  };
}

function checkBuilt(built: Built): Built {
  for (const part of ['taskLoss', 'penalty', 'extraLoss'] as const) {
    const shape = built[part]?.shape;
    if (shape !== undefined && shape.length > 0)
      throw new Error(`${part} should be a scalar, and has the shape [${shape}]`);
  }
  return built;
}

/** What a compiler would have refused: a look at what the method does not declare. */
function declaredOnly<Context extends MethodInputs & LossTools>(
  context: Context,
  { needs }: Method,
): Context {
  const undeclared = (key: PropertyKey): key is Need =>
    needNames.some((name) => name === key) && !needs.some((need) => need === key);
  return new Proxy(context, {
    get(target, key) {
      if (undeclared(key)) throw new Error(`build looks at ${key}, which is not among its needs`);
      return Reflect.get(target, key);
    },
  });
}
