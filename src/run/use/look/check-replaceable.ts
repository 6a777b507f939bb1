import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AdarandError } from '../../../errors.js';
import { writeError } from '../../../files/atomic.js';
import { hasMark } from '../../../files/has-mark.js';
import { statIfThere } from '../../../files/if-there.js';
import { specialAt } from '../../../files/special.js';
import { GENERATOR } from './page/generator.js';

/**
 * Whether a page may be written to a path: what is there already must be an earlier page.
 *
 * @throws AdarandError `look.exists`, `look.folder`, `files.write`.
 */
export async function checkReplaceable(path: string, overwrite: boolean): Promise<void> {
  const folder = dirname(path);
  const above = await statIfThere(folder);
  if (above === undefined || !above.isDirectory())
    throw new AdarandError(
      'look.folder',
      `${folder} is not a folder`,
      'Make it first, or choose another --to.',
    );
  await access(folder, constants.W_OK).catch((error: unknown) => {
    throw writeError(path, error);
  });
  const there = await statIfThere(path);
  if (there === undefined) return;
  const special = there.isDirectory() ? 'folder' : await specialAt(path);
  if (special !== undefined)
    throw new AdarandError('look.exists', `${path} is a ${special}`, 'Choose another --to.');
  if (overwrite || (await hasMark(path, GENERATOR))) return;
  throw new AdarandError(
    'look.exists',
    `${path} exists already, and \`look\` has not written it`,
    'Choose another --to, or write over it with --overwrite.',
  );
}
