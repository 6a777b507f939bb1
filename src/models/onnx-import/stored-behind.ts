import type { OnnxModel } from './decode.js';

/** Operators whose result has the elements of their first input, as they are. */
const relaying: ReadonlySet<string> = new Set([
  'Cast',
  'Expand',
  'Identity',
  'Reshape',
  'Squeeze',
  'Unsqueeze',
]);

/** The name of the value whose elements this one has: a stored tensor's, or one that is computed. */
export function storedBehind(input: string, { producers }: OnnxModel): string {
  let name = input;
  for (;;) {
    const producer = producers.get(name);
    const [first] = producer?.inputs ?? [];
    if (producer === undefined || first === undefined || !relaying.has(producer.type)) return name;
    name = first;
  }
}
