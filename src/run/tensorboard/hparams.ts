import { create, fromJson, type JsonValue } from '@bufbuild/protobuf';
import { type Value, ValueSchema } from '@bufbuild/protobuf/wkt';
import type { RunRecord } from '../folder/record.js';
import { optionsWith } from '../options/option-effects.js';
import { type SessionStartInfo, SessionStartInfoSchema } from './tensorboard_pb.js';

/** Options that say where and how a run happens, not what is computed. */
const circumstances: ReadonlySet<string> = new Set([
  ...optionsWith('none'),
  ...['data', 'model', 'source', 'features', 'logits', 'methodOptions', 'minutes', 'device'],
]);

/** What TensorBoard's table of hyper-parameters compares runs by: settings as they were resolved, with defaults. */
export function sessionStart({ options, settings, data, model, started }: RunRecord): SessionStartInfo {
  const { methodOptions, lambdaScales: _, ...resolved } = settings;
  const chosen: Record<string, unknown> = {
    data: data.name,
    model: model.name,
    ...without({ ...options, ...resolved }),
  };
  for (const [name, value] of flat(methodOptions)) chosen[`option.${name}`] = value;
  const hparams: Record<string, Value> = {};
  for (const [name, value] of Object.entries(chosen))
    if (isScalar(value)) hparams[snakeCase(name)] = fromJson(ValueSchema, value);
  return create(SessionStartInfoSchema, { hparams, startTimeSecs: Date.parse(started) / 1000 });
}

function without(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !circumstances.has(name)));
}

/** Methods that are joined have their options below their names: `bss.k`. */
function flat(options: unknown, prefix = ''): [name: string, value: unknown][] {
  if (typeof options !== 'object' || options === null) return [];
  return Object.entries(options).flatMap(([name, value]) =>
    typeof value === 'object' ? flat(value, `${prefix}${name}.`) : [[prefix + name, value]],
  );
}

function isScalar(value: unknown): value is JsonValue {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
