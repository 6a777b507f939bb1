import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The shared library of ONNX Runtime that the package onnxruntime-node brings. @throws Error if it is not there. */
export async function libraryPath(): Promise<string> {
  const root = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  const folder = join(root, 'bin', 'napi-v6', process.platform, process.arch);
  const name = (await readdir(folder)).find((each) => /^(lib)?onnxruntime[.]/.test(each));
  if (name === undefined) throw new Error(`${folder} has no ONNX Runtime`);
  return join(folder, name);
}
