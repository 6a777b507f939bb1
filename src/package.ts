import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this package: the nearest one above this file whose package.json is adarand's. */
export function packageFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (readPackage(join(folder, 'package.json'))?.name === 'adarand') return folder;
    if (folder === dirname(folder)) throw new Error('this file is not inside the package adarand');
  }
}

/** This package's version. */
export function adarandVersion(): string {
  return readPackage(join(packageFolder(), 'package.json'))?.version ?? 'unknown';
}

/** Undefined where there is none. */
export function readPackage(path: string): { name: string; version: string } | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(path, 'utf8'));
    return { name: String(name), version: String(version) };
  } catch {
    return undefined;
  }
}
