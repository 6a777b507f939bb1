/** The package as users get it: built, packed by npm, and installed into a project of its own. */
import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageFolder } from '../../src/package.js';
import { writeNode } from './node-flags.js';

const execute = promisify(execFile);
const root = packageFolder();
const read = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));

export interface Packed {
  /** Paths in the tarball. */
  readonly files: readonly string[];
  /** The folder of a project that has the package, and this checkout's dependencies, in its node_modules. */
  readonly project: string;
  /** A folder for the PATH that has `adarand`, as `npm install --global` would put it there. */
  readonly bin: string;
}

/** Packs a copy, so that `dist` of the checkout is left alone. */
export async function pack(folder: string): Promise<Packed> {
  const staged = join(folder, 'staged');
  for (const path of ['package.json', 'README.md', 'LICENSE', ...read('package.json').files])
    if (path !== 'dist') cpSync(join(root, path), join(staged, path), { recursive: true });
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const dist = join(staged, 'dist');
  await execute(process.execPath, [join(root, 'build', 'tools', 'bundle', 'main.js'), dist]);
  await execute(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', dist], { cwd: root });
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
  const { stdout } = await execute('npm', args, { cwd: staged });
  const [{ filename, files }] = JSON.parse(stdout);

  const project = join(folder, 'project');
  await install(join(folder, filename), project);
  const main = join(project, 'node_modules', 'adarand', read('package.json').bin.adarand);
  chmodSync(main, 0o755);
  const bin = join(folder, 'bin');
  for (const programs of [bin, join(project, 'node_modules', '.bin')]) {
    mkdirSync(programs);
    symlinkSync(main, join(programs, 'adarand'));
  }
  writeNode(bin);
  return { files: files.map(({ path }: { readonly path: string }) => path), project, bin };
}

async function install(tarball: string, project: string): Promise<void> {
  const installed = join(project, 'node_modules', 'adarand');
  mkdirSync(installed, { recursive: true });
  await execute('tar', ['-xzf', tarball, '-C', installed, '--strip-components', '1']);
  const dependencies = readdirSync(join(root, 'node_modules')).filter((name) => !name.startsWith('.'));
  for (const name of dependencies)
    symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'project', type: 'module' }));
}
