import type { Random } from '../../src/random.js';
import { below, mutateBytes } from './mutate-bytes.js';
import { anyJson, mutateTree } from './mutate-tree.js';
import type { Reader } from './reader.js';

const decoder = new TextDecoder();

/** A reader of JSON text. */
export function jsonReader(
  parsedIn: Reader['parsedIn'],
  samples: (folder: string) => Promise<readonly unknown[]>,
  read: Reader['read'],
): Reader {
  return {
    ending: 'json',
    parsedIn,
    samples: async (folder) => (await samples(folder)).map((value) => Buffer.from(JSON.stringify(value))),
    mutate: mutateJson,
    read,
  };
}

/** Changes JSON text as a tree or, now and then, as bytes. */
export function mutateJson(sample: Uint8Array, random: Random): Uint8Array {
  if (random.uniform() < 0.2) return mutateBytes(sample, random);
  let tree: unknown;
  try {
    tree = JSON.parse(decoder.decode(sample));
  } catch {
    return mutateBytes(sample, random);
  }
  mutateTree(tree, random, anyJson);
  return Buffer.from(withNaN(JSON.stringify(tree) ?? '', random));
}

/** One of the lines changed. */
export function mutateJsonLines(sample: Uint8Array, random: Random): Uint8Array {
  const lines = decoder.decode(sample).split('\n');
  const chosen = below(random, lines.length);
  const changed = lines.map((line, i) =>
    i === chosen ? decoder.decode(mutateJson(Buffer.from(line), random)) : line,
  );
  return Buffer.from(changed.join('\n'));
}

/** Now and then, what other languages write for a number that JSON does not have. */
function withNaN(text: string, random: Random): string {
  return random.uniform() < 0.05 ? text.replace(/-?\d+(\.\d+)?(?=[,}\]])/, 'NaN') : text;
}

export const textOf = (bytes: Uint8Array): string => decoder.decode(bytes);
