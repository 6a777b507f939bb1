import { readFile } from 'node:fs/promises';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageFolder, programFolder } from '../../../package.js';
import { type ExportedFile, toJson } from '../folder.js';
import type { Classifier } from './page-classifier.js';

/** The page that classifies pictures in a browser, seen from an exported folder. Its graph is there already. */
export async function pageFiles(classifier: Classifier): Promise<readonly ExportedFile[]> {
  const shared = join(packageFolder(), 'assets');
  const assets = join(shared, 'page');
  return [
    ...(await pageModules()).map((path) => copy(posix.join('web', path), join(programFolder(), path))),
    copy('web/page/not-served.js', join(assets, 'not-served.js')),
    copy('web/page/colours.css', join(shared, 'colours.css')),
    copy('web/page/style.css', join(assets, 'style.css')),
    // Servers know the type of `.js` better than that of `.mjs`, which is what the package has.
    copy('web/onnxruntime/ort.js', fileOf('onnxruntime-web/wasm')),
    copy(
      'web/onnxruntime/ort-wasm-simd-threaded.wasm',
      fileOf('onnxruntime-web/ort-wasm-simd-threaded.wasm'),
    ),
    { path: 'web/classifier.json', content: () => toJson(classifier) },
    copy('index.html', join(assets, 'index.html')),
  ];
}

function copy(path: string, from: string): ExportedFile {
  return { path, content: async () => [await readFile(from)] };
}

function fileOf(entry: string): string {
  return fileURLToPath(import.meta.resolve(entry));
}

/**
 * The compiled modules of the page and its worker, and those that they share with the program itself: paths in the
 * program's folder, with slashes.
 */
export async function pageModules(): Promise<readonly string[]> {
  const compiled = programFolder();
  const found = new Set(['main.js', 'worker.js'].map((name) => join(compiled, 'page', name)));
  for (const file of found) {
    const imported = (await readFile(file, 'utf8')).matchAll(/^import .* from '(\.[^']+)';$/gm);
    for (const [, path = ''] of imported) found.add(join(dirname(file), path));
  }
  return [...found].map((file) => posix.join(...relative(compiled, file).split(sep)));
}
