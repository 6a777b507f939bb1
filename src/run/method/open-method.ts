import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { AdarandError } from '../../errors.js';
import { compose } from '../../methods/compose.js';
import { isMethodName, methodByName, methods } from '../../methods/index.js';
import type { Method, Need } from '../../methods/method.js';
import { didYouMean } from '../options/did-you-mean.js';
import { fingerprintModule, importMethod } from './own-method.js';

/**
 * A method by its name, or by the path of a JavaScript module whose default export is one (made with
 * `defineMethod`); or several of them with a + between.
 *
 * @throws AdarandError `method.unknown`, `method.module`, `method.compose`.
 */
export async function openMethod(name: string): Promise<Method> {
  const parts = partsOf(name);
  if (parts.includes(''))
    throw new AdarandError('method.unknown', `a method is missing in "${name}"`, 'Write it as bss+l2-sp.');
  const methods = await Promise.all(parts.map(openOne));
  const [only] = methods;
  return only !== undefined && methods.length === 1 ? only : compose(methods);
}

/** The same reference from any folder: paths become absolute. */
export function absoluteMethod(name: string): string {
  return partsOf(name)
    .map((part) => (isFile(part) ? resolve(part) : part))
    .join('+');
}

/** SHA-256 of the modules that a reference names; null where all its methods are built in. */
export function fingerprintMethod(name: string): string | null {
  const files = partsOf(name).filter(isFile);
  return files.length === 0 ? null : files.map(fingerprintModule).join('+');
}

/** A file's path may have a + of its own. */
function partsOf(name: string): readonly string[] {
  return isFile(name) ? [name] : name.split('+');
}

function isFile(name: string): boolean {
  return /\.m?js$/.test(name) && existsSync(name);
}

async function openOne(name: string): Promise<Method> {
  if (isMethodName(name)) return methodByName(name);
  if (isFile(name)) return importMethod(resolve(name));
  const names = Object.keys(methods);
  if (/\.m?js$/.test(name)) throw new AdarandError('method.unknown', `there is no file ${name}`);
  throw new AdarandError(
    'method.unknown',
    `there is no method "${name}".${didYouMean(name, names)}`,
    `Choose one of ${names.join(', ')}, or give the path of a .js file that exports one. \`adarand methods\` explains them.`,
  );
}

/** What a need costs or asks for, beyond the batch that every method has at hand. */
const notable: Partial<Record<Need, string>> = {
  classStatistics: 'one pass before training',
  featureStatistics: 'one pass before training',
  pretrainedFeatures: 'the frozen network',
  pretrainedFeatureMaps: 'the frozen network',
  pretrainedLogits: "the network's own classifier",
  sourceBatch: 'source images (--source)',
};

/** What a method asks for, in words. */
export function describeNeeds({ needs }: Method): string {
  const words = needs.flatMap((need) => notable[need] ?? []);
  return [...new Set(words)].join(', ') || 'nothing more';
}

/** What `methods` tells about one option. */
export interface OptionDescription {
  readonly name: string;
  /** `boolean`, `number`, or the words that it may be. */
  readonly type: string;
  readonly default: unknown;
  readonly description: string;
}

const propertySchema = z.object({
  type: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  default: z.unknown().optional(),
  description: z.string().optional(),
});
const propertiesSchema = z.object({ properties: z.record(z.string(), propertySchema).default({}) });

/** A method's options, read from its schema. */
export function describeMethodOptions(method: Method): OptionDescription[] {
  const { properties } = propertiesSchema.parse(
    z.toJSONSchema(method.options, { io: 'input', unrepresentable: 'any' }),
  );
  return Object.entries(properties).map(([name, property]) => ({
    name,
    type: property.enum?.join(' | ') ?? property.type ?? 'any',
    default: property.default,
    description: property.description ?? '',
  }));
}

/**
 * Options as a method's schema has them, from values that may be words of a command line ("true", "1e-2").
 *
 * @throws AdarandError `method.option`.
 */
export function parseMethodOptions(method: Method, given: Readonly<Record<string, unknown>>): unknown {
  const known = new Map(describeMethodOptions(method).map((option) => [option.name, option]));
  const typed: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const option = known.get(name);
    if (option === undefined) throw unknownOption(method, name, [...known.keys()]);
    typed[name] = typeof value === 'string' ? coerce(value, option.type) : value;
  }
  const result = method.options.safeParse(typed);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new AdarandError(
    'method.option',
    `${method.name} cannot use these options: ${problems.join('; ')}`,
    `\`adarand methods ${method.name}\` lists its options.`,
  );
}

function coerce(word: string, type: string): unknown {
  if (type === 'boolean' && /^(true|false)$/.test(word)) return word === 'true';
  if ((type === 'number' || type === 'integer') && word.trim() !== '' && !Number.isNaN(Number(word)))
    return Number(word);
  return word;
}

function unknownOption(method: Method, name: string, known: readonly string[]): AdarandError {
  return new AdarandError(
    'method.option',
    `${method.name} has no option "${name}".${didYouMean(name, known)}`,
    known.length === 0 ? 'It has no options.' : `Its options are ${known.join(', ')}.`,
  );
}
