import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The variables that are looked at. */
export type Environment = Readonly<
  Partial<Record<'ADARAND_ONNXRUNTIME' | 'ADARAND_RUNTIME' | 'VIRTUAL_ENV' | 'CONDA_PREFIX', string>>
>;

/** Folders of the packages of the active Python environment: there may be two, a virtual one inside one of conda's. */
export async function sitePackages({ VIRTUAL_ENV, CONDA_PREFIX }: Environment): Promise<string[]> {
  const found: string[] = [];
  for (const root of [VIRTUAL_ENV, CONDA_PREFIX]) {
    if (root === undefined || root === '') continue;
    const lib = join(root, 'lib');
    for (const python of await namesIn(lib))
      if (/^python3[.]\d+$/.test(python)) found.push(join(lib, python, 'site-packages'));
  }
  return found;
}

/** Where packages of NVIDIA's and conda's have the shared libraries of CUDA, beside an ONNX Runtime in `folder`. */
export async function cudaFolders(folder: string, environment: Environment): Promise<string[]> {
  const packages = new Set(await sitePackages(environment));
  if (folder.endsWith(join('site-packages', 'onnxruntime', 'capi'))) packages.add(dirname(dirname(folder)));
  const folders = [folder];
  for (const site of packages) {
    const nvidia = join(site, 'nvidia');
    for (const name of await namesIn(nvidia)) folders.push(join(nvidia, name, 'lib'));
  }
  const { CONDA_PREFIX } = environment;
  if (CONDA_PREFIX !== undefined && CONDA_PREFIX !== '') folders.push(join(CONDA_PREFIX, 'lib'));
  return folders;
}

/** What a folder has, in the order of the names; nothing where it cannot be read. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch {
    return [];
  }
}
