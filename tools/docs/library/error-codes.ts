import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../../../src/package.js';

/** Codes that begin alike. */
export interface CodeGroup {
  readonly prefix: string;
  readonly codes: readonly string[];
  /** The first code whose message is written where it is thrown, with that message. */
  readonly example: { readonly code: string; readonly message: string } | undefined;
}

const thrown =
  /new AdarandError\(\s*(?:'([a-z]+\.[a-z-]+)'|([A-Z_]+)),\s*(?:'((?:[^'\\]|\\.)*)'|"([^"]*)"|`((?:[^`\\]|\\.)*)`|)/g;
const constant = /\bconst ([A-Z_]+) = '([a-z]+\.[a-z-]+)';/g;
/** Where the code is a part of something else: of an answer over HTTP, or what an error is made of later. */
const given = /\bcode(?::| =) '([a-z]+\.[a-z-]+)'/g;

/** The codes of errors that the sources name, by what they begin with. */
export function errorCodes(): readonly CodeGroup[] {
  const texts = sourceTexts();
  const constants = new Map(
    texts.flatMap((text) => Array.from(text.matchAll(constant), ([, name = '', code = '']) => [name, code])),
  );
  const messages = new Map<string, string | undefined>();
  for (const text of texts) {
    for (const [, code] of text.matchAll(given))
      if (code !== undefined) messages.set(code, messages.get(code));
    for (const [, literal, name, ...quoted] of text.matchAll(thrown)) {
      const code = literal ?? constants.get(name ?? '');
      const message = quoted.find((each) => each !== undefined);
      if (code !== undefined) messages.set(code, messages.get(code) ?? readable(message));
    }
  }
  const codes = [...messages.keys()].sort();
  const prefixes = [...new Set(codes.map(prefixOf))];
  return prefixes.map((prefix) => {
    const own = codes.filter((code) => prefixOf(code) === prefix);
    const code = own.find((each) => messages.get(each) !== undefined);
    const message = code === undefined ? undefined : messages.get(code);
    return {
      prefix,
      codes: own,
      example: code === undefined || message === undefined ? undefined : { code, message },
    };
  });
}

function sourceTexts(): readonly string[] {
  const src = join(packageFolder(), 'src');
  return readdirSync(src, { encoding: 'utf8', recursive: true })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .sort()
    .map((path) => readFileSync(join(src, path), 'utf8'));
}

const prefixOf = (code: string): string => code.slice(0, code.indexOf('.'));

/** A message with dots for what is put into it. */
function readable(message: string | undefined): string | undefined {
  const text = message
    ?.replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '…')
    .replace(/\\(.)/g, '$1')
    .replace(/[.]…$/, '');
  // One that is put in alone says nothing.
  return text === undefined || !/[a-z]{3}/.test(text) || text.includes('${') ? undefined : text;
}
