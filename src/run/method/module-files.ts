import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** What follows `from`, `import` or `import(`: a specifier that begins with a dot. */
const relative = /\b(?:from|import)\s*\(?\s*(['"])(\.{1,2}\/[^'"\n]*)\1/g;

/**
 * A module's file and those that it imports by a path from where it is, and those that they import, as absolute paths. They
 * are found in the text: a path that is put together when it runs is not, and one in a comment is.
 */
export function moduleFiles(path: string): readonly string[] {
  const found = new Set([resolve(path)]);
  // A set is visited in the order in which it grows.
  for (const file of found) {
    if (!/\.[cm]?[jt]s$/.test(file)) continue;
    for (const [, , specifier] of readFileSync(file, 'utf8').matchAll(relative)) {
      const imported = specifier === undefined ? undefined : fileOf(specifier, file);
      if (imported !== undefined) found.add(imported);
    }
  }
  return [...found];
}

/** As Node resolves it: by URL, without trying endings. */
function fileOf(specifier: string, importer: string): string | undefined {
  const url = new URL(specifier, pathToFileURL(`${dirname(importer)}/`));
  const path = fileURLToPath(url);
  return existsSync(path) && statSync(path).isFile() ? path : undefined;
}
