import { messageOf } from '../../errors.js';
import { type CudaLibrary, DRIVER_LIBRARY, loadCudaLibraries, needsOf } from './cuda-libraries.js';
import { cudaRuntimeVersion, cudnnVersion } from './cuda-versions.js';
import { findOnnxRuntime, type OnnxRuntimeFolder } from './find-onnxruntime.js';
import { installLine, librariesLine } from './install-line.js';
import { type NvidiaDriver, openDriver } from './nvidia-driver.js';
import { type Problem, unavailable } from './problem.js';
import { cudaFolders, type Environment } from './python-environments.js';

/** What the device cuda is made of here, and what is missing. */
export interface CudaFindings {
  readonly onnxruntime: OnnxRuntimeFolder | undefined;
  /** The major version of CUDA that it was built for. */
  readonly cuda: number | undefined;
  readonly libraries: readonly CudaLibrary[];
  /** Versions of what was loaded of CUDA and cuDNN, such as 13.5 and 9.28.1. */
  readonly versions: { readonly cuda: string | undefined; readonly cudnn: string | undefined };
  readonly driver: NvidiaDriver | undefined;
  readonly problems: readonly Problem[];
}

/** What is loaded for the device cuda. */
export interface CudaRuntime {
  readonly onnxruntime: OnnxRuntimeFolder;
  /** The path or the name of CUDA's runtime library, which is loaded. */
  readonly cudart: string;
  readonly versions: CudaFindings['versions'];
  readonly cards: NvidiaDriver['cards'];
}

let opened: Promise<CudaRuntime> | undefined;

/** Finds ONNX Runtime with CUDA, and loads CUDA's libraries, once. @throws AdarandError `device.unavailable`. */
export function openCuda(): Promise<CudaRuntime> {
  opened ??= findCuda(process.env).then(({ onnxruntime, libraries, versions, driver, problems }) => {
    const cudart = libraries.find(({ name }) => name.startsWith('libcudart'));
    if (problems.length > 0 || onnxruntime === undefined || cudart === undefined || driver === undefined)
      throw unavailable(problems);
    return { onnxruntime, cudart: cudart.path ?? cudart.name, versions, cards: driver.cards };
  });
  return opened;
}

/** Looks for everything, and loads CUDA's libraries, but not ONNX Runtime. */
export async function findCuda(environment: Environment): Promise<CudaFindings> {
  const problems: Problem[] = [];
  const nothing: CudaFindings = {
    onnxruntime: undefined,
    cuda: undefined,
    libraries: [],
    versions: { cuda: undefined, cudnn: undefined },
    driver: undefined,
    problems,
  };
  if (process.platform !== 'linux') {
    problems.push({ message: 'it needs Linux', remedy: 'use --device webgpu, or --device cpu' });
    return nothing;
  }
  const callable = await whyNotCalled(environment);
  if (callable !== undefined) {
    problems.push(callable);
    return nothing;
  }
  const driver = await findDriver(problems);
  const onnxruntime = await findOnnxRuntime(environment);
  if ('message' in onnxruntime) {
    problems.push(onnxruntime);
    return { ...nothing, driver };
  }
  const needs = await needsOf(onnxruntime.provider);
  if (needs === undefined) {
    problems.push({
      message: `${onnxruntime.provider} is not linked with CUDA's runtime library`,
      remedy: `\`${installLine(onnxruntime.version)}\` brings one that is`,
    });
    return { ...nothing, onnxruntime, driver };
  }
  const { cuda, needed, optional } = needs;
  if (driver !== undefined) checkDriver(driver, cuda, problems);
  const folders = await cudaFolders(onnxruntime.folder, environment);
  const libraries = await loadCudaLibraries([...needed, ...optional], folders);
  const missing = libraries.filter(({ name, missing }) => missing !== undefined && needed.includes(name));
  if (missing.length > 0)
    problems.push({
      message: `these libraries of CUDA ${cuda} and cuDNN are missing, or do not load: ${missing.map(reasonOf).join(', ')}`,
      remedy: `in an active Python environment, \`${librariesLine(
        missing.map(({ name }) => name),
        cuda,
      )}\` brings them`,
    });
  const loaded = (prefix: string) =>
    libraries.find((each) => each.name.startsWith(prefix) && each.missing === undefined);
  const versions = {
    cuda: await cudaRuntimeVersion(loaded('libcudart')),
    cudnn: await cudnnVersion(loaded('libcudnn')),
  };
  return { onnxruntime, cuda, libraries, versions, driver, problems };
}

/** The Node binding computes in TF32 on cuda, whatever is asked for, and copies all weights at each step. */
async function whyNotCalled({ ADARAND_RUNTIME }: Environment): Promise<Problem | undefined> {
  if (ADARAND_RUNTIME === 'binding')
    return {
      message: 'it is reached by the C API alone, not with ADARAND_RUNTIME=binding',
      remedy: 'unset ADARAND_RUNTIME',
    };
  try {
    await import('koffi');
    return undefined;
  } catch (error) {
    const [reason] = messageOf(error).split('\n');
    return {
      message: `koffi, by which it is called, does not load: ${reason}`,
      remedy: '`npm install --ignore-scripts --include=optional` brings it',
    };
  }
}

/** The loader says no more of a file that is not there. */
function reasonOf({ name, missing }: CudaLibrary): string {
  return missing === undefined || /No such file/.test(missing) ? name : `${name} (${missing})`;
}

async function findDriver(problems: Problem[]): Promise<NvidiaDriver | undefined> {
  try {
    const driver = await openDriver();
    if (driver.cards.length === 0)
      problems.push({
        message: "NVIDIA's driver finds no graphics card",
        remedy:
          process.env.CUDA_VISIBLE_DEVICES === undefined
            ? 'a container is started with --gpus all'
            : `CUDA_VISIBLE_DEVICES=${process.env.CUDA_VISIBLE_DEVICES} may hide it: unset it`,
      });
    return driver;
  } catch (error) {
    const reason = messageOf(error);
    problems.push(
      /No such file/.test(reason)
        ? {
            message: `there is no NVIDIA driver (${DRIVER_LIBRARY})`,
            remedy: 'install the driver of the graphics card; a container is started with --gpus all',
          }
        : {
            message: `NVIDIA's driver does not start: ${reason}`,
            remedy: 'restart the machine after the driver was updated; `nvidia-smi` says more',
          },
    );
    return undefined;
  }
}

/** A driver runs programs of its own major version of CUDA and of older ones. */
function checkDriver({ cuda: runs }: NvidiaDriver, cuda: number, problems: Problem[]): void {
  if (Number(runs.split('.')[0]) >= cuda) return;
  problems.push({
    message: `NVIDIA's driver runs CUDA up to ${runs}, and this ONNX Runtime is built for CUDA ${cuda}`,
    remedy: `update the driver, or name an ONNX Runtime for CUDA ${runs.split('.')[0]} by ADARAND_ONNXRUNTIME=folder`,
  });
}
