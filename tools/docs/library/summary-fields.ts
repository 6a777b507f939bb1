import { z } from 'zod';
import { invariant } from '../../../src/errors.js';
import { summarySchema } from '../../../src/run/folder/record.js';
import { code, markdownTable } from '../markdown.js';
import type { Sources } from './sources.js';

/** The fields of summary.json: their types by the schema, their meaning by its docstrings. */
export function summaryTable(sources: Sources): string {
  const object = firstArgument(sources);
  const docs = new Map(sources.fieldsOf(object).map(({ name, doc }) => [name, doc]));
  const rows = Object.entries(summarySchema.shape).map(([name, schema]) => {
    const doc = docs.get(name);
    invariant(doc !== undefined && doc !== '', `${name} of summary.json has no docstring`);
    return [code(name), typeText(z.toJSONSchema(schema, { unrepresentable: 'any' })), doc];
  });
  return markdownTable(['field', 'type', 'meaning'], rows);
}

/** Of `z.object({ ... })`. */
function firstArgument(sources: Sources) {
  const call = sources.declaration('src/run/folder/record.ts', 'summarySchema');
  const parts: (typeof call)[] = [];
  call.forEachChild((child) => void parts.push(child));
  const [, object] = parts;
  invariant(object !== undefined, 'the schema is a call with an object');
  return object;
}

type JsonSchema = z.core.JSONSchema.JSONSchema;

function typeText(schema: JsonSchema): string {
  const { anyOf, enum: words, type, prefixItems } = schema;
  if (anyOf !== undefined) return anyOf.map(typeText).join(' or ');
  if (words !== undefined) return words.map((word) => code(String(word))).join(', ');
  if (prefixItems !== undefined) return `${prefixItems.length} numbers`;
  return [type ?? 'any'].flat().join(' or ');
}
