import { AdarandError } from '../errors.js';
import { systemCode } from './system-code.js';

/** Why something cannot be read, from the system's error code, and what to do about it. */
export function whyUnreadable(code: string | undefined): { readonly reason: string; readonly hint: string } {
  const [reason, hint] = (code === undefined ? undefined : causes[code]) ?? [
    code ?? 'for a reason that the system does not say',
    'Check the disk, or copy it to another one.',
  ];
  return { reason, hint };
}

/** What a failed reading means to the user: `files.read`; errors that are not the system's are returned as they are. */
export function cannotRead(path: string, error: unknown): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  const { reason, hint } = whyUnreadable(code);
  return new AdarandError('files.read', `Cannot read ${path}: ${reason}.`, hint, error);
}

const permissions = 'Check its permissions.';

const causes: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  ENOENT: ['there is no such file', 'Check its path.'],
  ENOTDIR: ['a part of its path is a file', 'Check its path.'],
  EISDIR: ['it is a folder', 'Give a file.'],
  EACCES: ['permission denied', permissions],
  EPERM: ['operation not permitted', permissions],
  ELOOP: ['it is a link that leads to itself', 'Remove the link, or make it again.'],
  ENAMETOOLONG: ['its path is too long', 'Choose a shorter path.'],
  EMFILE: ['too many files are open', 'See `ulimit -n`.'],
};
