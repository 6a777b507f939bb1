import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { API_VERSION } from '../c-api/functions.js';
import { libraryPath, packageVersion } from '../c-api/library.js';
import { installLine } from './install-line.js';
import type { Problem } from './problem.js';
import { type Environment, namesIn, sitePackages } from './python-environments.js';

/** An ONNX Runtime that has the CUDA provider, not loaded yet. */
export interface OnnxRuntimeFolder {
  readonly folder: string;
  /** Paths of ONNX Runtime and of its CUDA provider. */
  readonly library: string;
  readonly provider: string;
  /** As the file's name says, or the package; undefined where neither does. */
  readonly version: string | undefined;
  readonly origin: 'ADARAND_ONNXRUNTIME' | 'onnxruntime-node' | 'Python';
}

const PROVIDER = 'libonnxruntime_providers_cuda.so';

/**
 * The ONNX Runtime that computes on cuda: the one that `ADARAND_ONNXRUNTIME` names, else that of the package onnxruntime-node
 * where its install script fetched the provider, else that of `onnxruntime-gpu` in the active Python environment.
 */
export async function findOnnxRuntime(
  environment: Environment,
  ownLibrary: () => Promise<string> = libraryPath,
): Promise<OnnxRuntimeFolder | Problem> {
  const { ADARAND_ONNXRUNTIME: named } = environment;
  if (named !== undefined && named !== '') return checked(await openNamed(named));
  const own = await npmFolder(ownLibrary);
  if (own !== undefined) return checked(own);
  for (const site of await sitePackages(environment)) {
    const found = await openFolder(join(site, 'onnxruntime', 'capi'), 'Python');
    if (found !== undefined && !('message' in found)) return checked(found);
  }
  return {
    message: 'there is no ONNX Runtime with the CUDA provider',
    remedy: `in an active Python environment, \`${installLine(packageVersion())}\` brings one, with CUDA and cuDNN`,
  };
}

async function openNamed(folder: string): Promise<OnnxRuntimeFolder | Problem> {
  const found = await openFolder(folder, 'ADARAND_ONNXRUNTIME');
  const remedy = `name the folder that holds libonnxruntime.so and ${PROVIDER}, or unset ADARAND_ONNXRUNTIME`;
  if (found === undefined)
    return { message: `ADARAND_ONNXRUNTIME names ${folder}, which has no ${PROVIDER}`, remedy };
  return 'message' in found ? { ...found, remedy } : found;
}

async function npmFolder(ownLibrary: () => Promise<string>): Promise<OnnxRuntimeFolder | undefined> {
  const library = await ownLibrary().catch(() => undefined); // a platform that the package has no library for
  if (library === undefined) return undefined;
  const found = await openFolder(dirname(library), 'onnxruntime-node');
  if (found === undefined || 'message' in found) return undefined;
  return { ...found, version: packageVersion() };
}

/** Undefined of a folder without the CUDA provider; what is wrong with it, where it has nothing else. */
async function openFolder(
  folder: string,
  origin: OnnxRuntimeFolder['origin'],
): Promise<OnnxRuntimeFolder | Pick<Problem, 'message'> | undefined> {
  const names = await namesIn(folder);
  if (!names.includes(PROVIDER)) return undefined;
  // The name with most digits of the version; the others are links to it.
  const name = names
    .filter((each) => /^libonnxruntime[.]so([.]\d+)*$/.test(each))
    .sort((a, b) => a.length - b.length)
    .at(-1);
  if (name === undefined) return { message: `${folder} has the CUDA provider, but no libonnxruntime.so` };
  const library = await realpath(join(folder, name));
  const version = /[.]so[.](\d+[.]\d+[.]\d+)$/.exec(basename(library))?.[1];
  return { folder, library: join(folder, name), provider: join(folder, PROVIDER), version, origin };
}

function checked(found: OnnxRuntimeFolder | Problem): OnnxRuntimeFolder | Problem {
  return 'message' in found ? found : (tooOld(found) ?? found);
}

/** Functions are added with each version, and none is taken away. */
function tooOld({ version, folder, origin }: OnnxRuntimeFolder): Problem | undefined {
  const [major, minor] = (version ?? '').split('.').map(Number);
  if (major === undefined || minor === undefined || major > 1 || minor >= API_VERSION) return undefined;
  return {
    message: `the ONNX Runtime in ${folder} is ${version}, and 1.${API_VERSION} or newer is needed`,
    remedy:
      origin === 'Python'
        ? `\`${installLine(undefined)}\` brings one`
        : 'name a newer one by ADARAND_ONNXRUNTIME=folder',
  };
}
