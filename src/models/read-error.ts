import { AdarandError } from '../errors.js';
import { systemCode } from '../files/system-code.js';
import { whyUnreadable } from '../files/why-unreadable.js';

/** Why a model's file cannot be read: `model.not-found` or `model.read`, or the error itself, if it is none of the system's. */
export function readError(path: string, error: unknown): unknown {
  const code = systemCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return notFound(path, '', error);
  if (code === undefined) return error;
  const { reason, hint } = whyUnreadable(code);
  return new AdarandError('model.read', `Cannot read ${path}: ${reason}`, hint, error);
}

export function notFound(path: string, more: string, cause?: unknown): AdarandError {
  return new AdarandError(
    'model.not-found',
    `There is no ${path}`,
    'A model is a folder with config.json, preprocessor_config.json and onnx/model.onnx, one .onnx or .safetensors ' +
      `file, or a model of the hub, org/name.${more}`,
    cause,
  );
}
