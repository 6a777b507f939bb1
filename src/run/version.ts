import { readFileSync } from 'node:fs';

/** This package's version, from the package.json above this file. */
export function adarandVersion(): string {
  for (let url = new URL('.', import.meta.url); ; url = new URL('..', url)) {
    const found = readPackage(new URL('package.json', url));
    if (found?.name === 'adarand') return found.version;
    if (url.href === new URL('..', url).href) return 'unknown';
  }
}

/** Undefined where there is none. */
export function readPackage(path: string | URL): { name: string; version: string } | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(path, 'utf8'));
    return { name: String(name), version: String(version) };
  } catch {
    return undefined;
  }
}
