import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { tinyElf } from '../../../test/helpers/tiny-elf.js';
import { needsOf } from './cuda-libraries.js';
import { findCuda } from './find-cuda.js';
import { findOnnxRuntime } from './find-onnxruntime.js';
import { librariesLine } from './install-line.js';
import { unavailable } from './problem.js';
import { cudaFolders } from './python-environments.js';

const PROVIDER = 'libonnxruntime_providers_cuda.so';
const linked = ['libcublas.so.13', 'libcudart.so.13', 'libcuda.so.1', 'libm.so.6'];

/** As where the package of npm has no CUDA provider. */
const none = () => Promise.reject(new Error('there is none'));

function assertHas(found: object, expected: Readonly<Record<string, string>>): void {
  assert.deepEqual({ ...found, ...expected }, found);
}

const skip = process.platform !== 'linux' && 'CUDA is used on Linux alone';

describe('what the device cuda is made of', { skip }, () => {
  let root = '';
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'adarand-cuda-'));
  });
  after(() => rm(root, { recursive: true }));

  /** A folder as onnxruntime-gpu has it. */
  async function runtimeFolder(path: string, version = '1.30.0'): Promise<string> {
    const folder = join(root, path);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `libonnxruntime.so.${version}`), '');
    await symlink(`libonnxruntime.so.${version}`, join(folder, 'libonnxruntime.so'));
    await writeFile(join(folder, PROVIDER), tinyElf(linked));
    return folder;
  }

  test('a named folder must have ONNX Runtime and its provider, of a version that is not too old', async () => {
    const nothing = join(root, 'nothing');
    await mkdir(nothing);
    const named = (folder: string) =>
      findOnnxRuntime({ ADARAND_ONNXRUNTIME: folder, VIRTUAL_ENV: root }, none);
    const said = { message: `ADARAND_ONNXRUNTIME names ${nothing}, which has no ${PROVIDER}` };
    assertHas(await named(nothing), said);
    await writeFile(join(nothing, PROVIDER), '');
    assertHas(await named(nothing), {
      message: `${nothing} has the CUDA provider, but no libonnxruntime.so`,
      remedy: `name the folder that holds libonnxruntime.so and ${PROVIDER}, or unset ADARAND_ONNXRUNTIME`,
    });
    const old = await runtimeFolder('old', '1.22.1');
    assertHas(await named(old), {
      message: `the ONNX Runtime in ${old} is 1.22.1, and 1.23 or newer is needed`,
    });
    const folder = await runtimeFolder('new');
    assert.deepEqual(await named(folder), {
      folder,
      library: join(folder, 'libonnxruntime.so.1.30.0'),
      provider: join(folder, PROVIDER),
      version: '1.30.0',
      origin: 'ADARAND_ONNXRUNTIME',
    });
  });

  test("an active Python environment's is found, with NVIDIA's libraries beside it", async () => {
    const site = join('python', 'lib', 'python3.12', 'site-packages');
    const folder = await runtimeFolder(join(site, 'onnxruntime', 'capi'));
    await mkdir(join(root, site, 'nvidia', 'cudnn', 'lib'), { recursive: true });
    for (const environment of [{ VIRTUAL_ENV: join(root, 'python') }, { CONDA_PREFIX: join(root, 'python') }])
      assertHas(await findOnnxRuntime(environment, none), {
        folder,
        version: '1.30.0',
        origin: 'Python',
      });
    const cudnn = join(root, site, 'nvidia', 'cudnn', 'lib');
    assert.deepEqual(await cudaFolders(folder, {}), [folder, cudnn]);
    const conda = { CONDA_PREFIX: join(root, 'other') };
    assert.deepEqual(await cudaFolders(folder, conda), [folder, cudnn, join(root, 'other', 'lib')]);
    assertHas(await findOnnxRuntime({}, none), {
      message: 'there is no ONNX Runtime with the CUDA provider',
    });
  });

  test('a provider says what it needs, and of which CUDA; cuDNN it opens by itself', async () => {
    const path = join(root, 'provider.so');
    await writeFile(path, tinyElf(linked));
    assert.deepEqual(await needsOf(path), {
      cuda: 13,
      needed: ['libcublas.so.13', 'libcudart.so.13', 'libcudnn.so.9'],
      optional: ['libcufft.so.12', 'libnvrtc.so.13'],
    });
    await writeFile(path, tinyElf(['libm.so.6']));
    assert.equal(await needsOf(path), undefined);
  });

  test('what is missing is named, with the line that brings it, and nothing falls back', async () => {
    const folder = await runtimeFolder('missing');
    for (const name of ['libcublas.so.13', 'libcudart.so.13'])
      await writeFile(join(folder, name), tinyElf([]));
    const found = await findCuda({ ADARAND_ONNXRUNTIME: folder });
    assert.equal(found.cuda, 13);
    assert.equal(found.onnxruntime?.folder, folder);
    const problem = found.problems.find(({ message }) => /CUDA 13 and cuDNN/.test(message));
    // The loader refuses these files, and says why.
    assert.match(problem?.message ?? '', /libcublas\.so\.13 \(.+\), libcudart\.so\.13 \(.+\)/);
    assert.match(problem?.remedy ?? '', /`pip install 'nvidia-cublas~=13\.0' 'nvidia-cuda-runtime~=13\.0'/);
    const error = unavailable(found.problems);
    assert.equal(error.code, 'device.unavailable');
    assert.match(error.message, /^the device cuda does not work here: /);
  });

  test('without the C API it is refused', async () => {
    const { problems } = await findCuda({ ADARAND_RUNTIME: 'binding' });
    assert.deepEqual(problems, [
      {
        message: 'it is reached by the C API alone, not with ADARAND_RUNTIME=binding',
        remedy: 'unset ADARAND_RUNTIME',
      },
    ]);
  });

  test("NVIDIA's packages have the number of CUDA in their names until 12", () => {
    const line = (libraries: string[], cuda: number) => librariesLine(libraries, cuda);
    assert.equal(
      line(['libcudart.so.12', 'libcudnn.so.9', 'libcublas.so.12', 'libcublasLt.so.12'], 12),
      "pip install nvidia-cuda-runtime-cu12 'nvidia-cudnn-cu12~=9.0' nvidia-cublas-cu12",
    );
    assert.equal(line(['libcurand.so.10'], 13), "pip install 'nvidia-curand~=10.0'");
  });
});
