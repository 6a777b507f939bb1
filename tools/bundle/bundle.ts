import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type LogLevel, rolldown } from 'rolldown';
import { pageModules } from '../../src/models/export/web/page-files.js';
import { entries, packageFolder, programFolder } from '../../src/package.js';

const root = packageFolder();

/**
 * Packages that become a part of the program, and their licences: small ones that every process needs at its start, where
 * loading their many files takes longer than all that is done with them.
 */
const bundledPackages: Readonly<Record<string, string>> = {
  zod: 'node_modules/zod/LICENSE',
  // Its package has no copy.
  '@bufbuild/protobuf': 'tools/bundle/apache-2.0.txt',
};

/**
 * Writes the compiled program to a folder as few files, so that its processes start quickly: one for each entry, and chunks
 * that they share. What is imported when it is needed is a chunk of its own. The page of `export --web` is copied as it is.
 *
 * @throws what rolldown finds wrong; its warnings are errors.
 */
export async function writeBundle(to: string): Promise<void> {
  const begun = `${to}.${process.pid}`;
  await rm(begun, { recursive: true, force: true });
  try {
    await bundleModules(
      Object.fromEntries(entries.map((entry) => [entry, join(programFolder(), `${entry}.js`)])),
      begun,
    );
    for (const path of await pageModules()) await copy(join(programFolder(), path), join(begun, path));
    for (const [name, licence] of Object.entries(bundledPackages))
      await copy(join(root, licence), join(begun, 'licenses', `${name.replaceAll('/', '-')}.txt`));
    await rm(to, { recursive: true, force: true });
    await rename(begun, to);
  } finally {
    await rm(begun, { recursive: true, force: true });
  }
}

/** Bundles compiled modules, as the program's are, into a folder: one file for each, by the name that it is to have. */
export async function bundleModules(input: Readonly<Record<string, string>>, to: string): Promise<void> {
  const program = await rolldown({
    input: { ...input },
    platform: 'node',
    external: isExternal,
    onLog: refuse,
  });
  await program.write({
    dir: to,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
  });
  await program.close();
}

/** Whether an import stays one: of Node itself, and of the packages that are not bundled. */
function isExternal(id: string): boolean {
  if (/^(?:[./]|[A-Za-z]:)/.test(id)) return false;
  const [scope = '', name = ''] = id.split('/');
  return !Object.hasOwn(bundledPackages, scope.startsWith('@') ? `${scope}/${name}` : scope);
}

function refuse(level: LogLevel, { message }: { readonly message: string }): void {
  if (level === 'warn') throw new Error(message);
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
}
