import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { specialAt } from '../files/special.js';

/** A model's description, on the hub and beside its files. */
export const DESCRIPTION = 'README.md';

/** A name of a licence on the hub: `apache-2.0`, `cc-by-nc-4.0`, `other` ... */
export const LICENCE = /^[\w.+-]{1,64}$/;

/** Bytes that are looked at. What a description begins with is far shorter. */
const LOOKED_AT = 65_536;

/** The licences that a model's folder names, by the hub's words for them; none where it names none. */
export async function licencesIn(folder: string): Promise<readonly string[]> {
  const path = join(folder, DESCRIPTION);
  if ((await specialAt(path)) !== undefined) return [];
  const bytes = new Uint8Array(LOOKED_AT);
  try {
    const file = await open(path, 'r');
    try {
      const { bytesRead } = await file.read(bytes, 0, LOOKED_AT, 0);
      return licencesOf(new TextDecoder().decode(bytes.subarray(0, bytesRead)));
    } finally {
      await file.close();
    }
  } catch {
    // Without a description that can be read, they are not known.
    return [];
  }
}

/** What the lines between `---` at the beginning of a description say under `license`. */
export function licencesOf(description: string): readonly string[] {
  const [, front] = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(description) ?? [];
  const [, value = '', list = ''] =
    /^license:[ \t]*(.*?)[ \t]*\r?$((?:\r?\n[ \t]*-[ \t].*$)*)/m.exec(front ?? '') ?? [];
  const items = value === '' ? list.split('\n').map((line) => line.replace(/^[ \t]*-/, '')) : listed(value);
  return items.map(plain).filter((item) => LICENCE.test(item));
}

/** One, or several in brackets. */
function listed(value: string): readonly string[] {
  const [, inside] = /^\[(.*)\]/.exec(value) ?? [];
  return inside === undefined ? [value] : inside.split(',');
}

/** Without quotes and a comment. */
function plain(item: string): string {
  return item
    .replace(/[ \t]#.*$/, '')
    .trim()
    .replace(/^(['"])(.*)\1$/, '$2');
}
