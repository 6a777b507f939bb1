import { AdarandError } from '../errors.js';
import { commandLine } from '../run/command-line.js';

/** Code of the error about a library of this package that is missing, or that this machine cannot load. */
export const INCOMPLETE_INSTALL = 'install.incomplete';

/** No script of a dependency needs to run, and sharp's binaries are optional to npm. */
export const REINSTALL = 'remove node_modules, and type `npm install --ignore-scripts --include=optional`';

/** What an import threw, if it is about one of the libraries that compute or decode, as such an error. */
export function incompleteInstall(error: unknown): AdarandError | undefined {
  if (!(error instanceof Error)) return undefined;
  const reason = whyNotLoaded(error);
  if (reason === undefined) return undefined;
  return new AdarandError(
    INCOMPLETE_INSTALL,
    `a library that adarand needs cannot be loaded: ${reason}`,
    `The installation is not complete: ${REINSTALL}. \`${commandLine('doctor')}\` shows what works.`,
    error,
  );
}

function whyNotLoaded(error: Error): string | undefined {
  const [first = ''] = error.message.split('\n');
  const code = 'code' in error ? error.code : undefined;
  // A native library, or one that it is linked with.
  if (code === 'ERR_DLOPEN_FAILED') return first;
  if (/^Could not load the "sharp" module/.test(first)) return first;
  const missing = /^Cannot find (?:package|module) '([^']*)'/.exec(first)?.[1] ?? '';
  // ONNX Runtime looks for the native library of a system that it has none for.
  return /^(?:sharp|onnxruntime-\w+)$|onnxruntime_binding\.node$/.test(missing)
    ? `${missing} is missing`
    : undefined;
}
