import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { readPackage } from '../../package.js';

/** The shared library of ONNX Runtime that the package onnxruntime-node brings. @throws Error if it is not there. */
export async function libraryPath(): Promise<string> {
  const folder = join(dirname(packageFile()), 'bin', 'napi-v6', process.platform, process.arch);
  const name = (await readdir(folder)).find((each) => /^(lib)?onnxruntime[.]/.test(each));
  if (name === undefined) throw new Error(`${folder} has no ONNX Runtime`);
  return join(folder, name);
}

/** The version of the package onnxruntime-node; undefined where it is not installed. */
export function packageVersion(): string | undefined {
  try {
    return readPackage(packageFile())?.version;
  } catch {
    return undefined;
  }
}

function packageFile(): string {
  return createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
}
