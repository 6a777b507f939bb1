/**
 * Packs all that `check.js` needs on a Linux machine that has a GPU and neither Node nor a network: Node itself, ONNX Runtime
 * with WebGPU, this project, a network and photographs.
 *
 *     npm run gpu-check:pack -- FOLDER [gpu-check.tar.xz]
 *
 * FOLDER has datasets/ and models/. There: `tar xf gpu-check.tar.xz && cd gpu-check && ./gpu-check`. For CUDA,
 * `ADARAND_ONNXRUNTIME` names a folder with ONNX Runtime's CUDA provider, unless the machine's Python has onnxruntime-gpu.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import sharp from 'sharp';
import { AdarandError } from '../../src/errors.js';
import { packageFolder } from '../../src/package.js';
import { job } from './contents.js';

/** Shorter sides of the photographs: a little more than the network sees. */
const SIDE = 136;

const [folder, file = 'gpu-check.tar.xz'] = process.argv.slice(2);
if (folder === undefined) throw new AdarandError('usage', 'npm run gpu-check:pack -- FOLDER [FILE]');
if (process.platform !== 'linux') throw new AdarandError('usage', 'it packs this Node, for Linux');

const root = packageFolder();
const scratch = mkdtempSync(join(tmpdir(), 'adarand-pack-'));
const into = join(scratch, 'gpu-check');
try {
  mkdirSync(into);
  copyNode(join(into, 'node'));
  copyFileSync(join(root, 'scripts/gpu-check'), join(into, 'gpu-check'));
  for (const part of [
    'package.json',
    'assets',
    'build/src',
    'build/bench',
    'build/bundle',
    'build/tools/gpu-check',
  ])
    cpSync(join(root, part), join(into, part), { recursive: true, filter: isNeeded });
  for (const script of ['bench.py', 'bench_models.py', 'job.py'])
    cpSync(join(root, 'oracle', script), join(into, 'oracle', script));
  for (const path of dependencies())
    cpSync(path, join(into, relative(root, path)), { recursive: true, filter: isNeeded });
  cpSync(join(folder, 'models', job.model), join(into, job.network), { recursive: true, filter: isNeeded });
  await copyPhotographs(join(folder, 'datasets', job.dataset), join(into, job.data));
  execFileSync(
    'tar',
    ['-c', '-I', 'xz --x86 --lzma2=preset=9', '-f', resolve(file), '-C', scratch, 'gpu-check'],
    {
      stdio: 'inherit',
    },
  );
  console.log(`${file}: ${(statSync(file).size / 1e6).toFixed(1)} MB`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** Without its symbols, where binutils are there: an eighth less. */
function copyNode(to: string): void {
  copyFileSync(process.execPath, to);
  chmodSync(to, 0o755);
  spawnSync('strip', [to]);
}

/** Folders of what this package needs at run time. */
function dependencies(): string[] {
  const listed = execFileSync('npm', ['ls', '--omit=dev', '--all', '--parseable'], {
    cwd: root,
    encoding: 'utf8',
  });
  return listed.split('\n').filter((path) => path.includes('node_modules'));
}

/** Neither what describes, nor what is for other machines and for browsers. */
function isNeeded(path: string): boolean {
  if (/([.](map|md|[cm]?ts|test[.]js)|reference[.]safetensors)$/.test(path)) return false;
  if (/onnxruntime-node\/bin\/[^/]+\/(darwin|win32|linux\/arm64)/.test(path)) return false;
  if (/onnxruntime-web\/(?!package[.]json$)./.test(path)) return false;
  return !/\/node_modules\/[^/]+\/node_modules\/onnxruntime/.test(path);
}

/** The photographs, no larger than the network sees them. */
async function copyPhotographs(from: string, to: string): Promise<void> {
  for (const path of await readdir(from, { recursive: true })) {
    if (!/[.](jpe?g|png|webp)$/i.test(path)) continue;
    const target = join(to, path);
    mkdirSync(dirname(target), { recursive: true });
    const small = sharp(join(from, path)).resize(SIDE, SIDE, { fit: 'outside', withoutEnlargement: true });
    await small.webp({ quality: 60 }).toFile(target.replace(/[.]\w+$/, '.webp'));
  }
}
