import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { didYouMean } from '../../did-you-mean.js';
import { AdarandError } from '../../errors.js';
import { compose } from '../../methods/compose.js';
import { isMethodName, methodNames, methods } from '../../methods/index.js';
import type { Method } from '../../methods/method.js';
import { commandLine } from '../command-line.js';
import { fingerprintModule, importMethod } from './own-method.js';

/**
 * A method by its name, or by the path of a module whose default export is one (made with `defineMethod`); or several
 * of them joined by +.
 *
 * @throws AdarandError `method.unknown`, `method.module`, `method.compose`.
 */
export async function openMethod(name: string): Promise<Method> {
  const parts = partsOf(name);
  if (parts.includes(''))
    throw new AdarandError('method.unknown', `a method is missing in "${name}"`, 'Write it as bss+l2-sp.');
  const opened = await Promise.all(parts.map(openOne));
  const [only] = opened;
  return only !== undefined && opened.length === 1 ? only : compose(opened);
}

/** The same reference from any folder: paths become absolute. */
export function absoluteMethod(name: string): string {
  return partsOf(name)
    .map((part) => (isFile(part) ? resolve(part) : part))
    .join('+');
}

/** SHA-256 of the modules that a reference names; null where all its methods are built in. */
export function fingerprintMethod(name: string): string | null {
  const files = partsOf(name).filter(isFile);
  return files.length === 0 ? null : files.map(fingerprintModule).join('+');
}

/** A file's path may have a + of its own. */
function partsOf(name: string): readonly string[] {
  return isFile(name) ? [name] : name.split('+');
}

const isModulePath = (name: string): boolean => /\.m?[jt]s$/.test(name);

function isFile(name: string): boolean {
  return isModulePath(name) && existsSync(name);
}

async function openOne(name: string): Promise<Method> {
  if (isMethodName(name)) return methods[name];
  if (isFile(name)) return importMethod(resolve(name));
  if (isModulePath(name))
    throw new AdarandError(
      'method.unknown',
      `there is no file ${name}`,
      `Give its path from the current folder, ${process.cwd()}, or its whole path.`,
    );
  throw new AdarandError(
    'method.unknown',
    `there is no method "${name}".${didYouMean(name, methodNames)}`,
    `Choose one of ${methodNames.join(', ')}, or give the path of a .js file that exports one. \`${commandLine('methods')}\` explains them.`,
  );
}
