import { z } from 'zod';
import { needs } from '../../methods/inputs.js';
import type { Method } from '../../methods/method.js';

/** What a method with its default options asks for, in words. */
export function describeNeeds(method: Method): string {
  const costs = method.bind().needs.flatMap((need) => needs[need] ?? []);
  return [...new Set(costs)].join(', ') || 'nothing more';
}

/** One of a method's options. */
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
