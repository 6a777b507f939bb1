const MOST_CHARACTERS = 200;
const MOST_ENTRIES = 10;
const MOST_LEVELS = 3;

/**
 * A value as an error shows it, to follow `not`: as JSON where it is short plain data; anything else by its kind. What is long
 * is cut.
 */
export function shown(value: unknown): string {
  if (value === undefined) return 'undefined';
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'symbol') return 'a symbol';
  const kind = kindOf(value);
  return kind === undefined ? cut(written(value, 0)) : `of the type ${kind}`;
}

/** Its class; undefined for what plain data is made of. */
function kindOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || Object.getPrototypeOf(prototype) === null) return undefined;
  return value.constructor.name;
}

function written(value: unknown, level: number): string {
  if (typeof value === 'string') return text(value);
  if (typeof value === 'function' || typeof value === 'symbol') return typeof value;
  if (typeof value !== 'object' || value === null) return String(value);
  const kind = kindOf(value);
  if (kind !== undefined) return kind + sizeOf(value);
  if (level === MOST_LEVELS) return '...';
  if (Array.isArray(value)) return `[${entries(value, (each) => written(each, level + 1))}]`;
  const given = Object.entries(value).filter(([, each]) => each !== undefined);
  return `{${entries(given, ([key, each]) => `${text(key)}:${written(each, level + 1)}`)}}`;
}

function sizeOf(value: object): string {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return ` of ${value.byteLength} bytes`;
  return '';
}

function entries<Entry>(all: readonly Entry[], write: (entry: Entry) => string): string {
  const more = all.length > MOST_ENTRIES ? ['...'] : [];
  return [...all.slice(0, MOST_ENTRIES).map(write), ...more].join(',');
}

const text = (value: string) => JSON.stringify(cut(value));

function cut(value: string): string {
  return value.length > MOST_CHARACTERS ? `${value.slice(0, MOST_CHARACTERS)}...` : value;
}
