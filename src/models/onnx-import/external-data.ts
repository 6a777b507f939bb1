import { closeSync, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep, win32 } from 'node:path';
import { AdarandError } from '../../errors.js';
import { systemCode } from '../../files/system-code.js';
import type { TensorProto } from '../../graph/onnx/onnx_pb.js';
import { isKeptFor } from '../hub/kept-for.js';

/** What reads a tensor's bytes from a file beside its ONNX file. */
export type ExternalData = (proto: TensorProto, file: string, length: number) => Uint8Array;

export const oneFile = 'Export the model as one file: torch.onnx.export(..., external_data=False).';

/**
 * Reads the bytes that an ONNX file in this folder keeps in other files, tensor by tensor. Such a file is named by a
 * path from the folder, and must be inside it: a model cannot make any other file be read. In the hub's cache, it may be
 * a link to where the contents are kept.
 */
export function externalDataIn(folder: string): ExternalData {
  return (proto, file, length) => {
    const { location, offset, stated } = placeOf(proto, file);
    const about = `${file} keeps the tensor "${proto.name}" in "${location}"`;
    if (!isInside(location))
      throw new AdarandError(
        'model.external-data',
        `${about}, which is not a file in its folder or below`,
        oneFile,
      );
    if (stated !== undefined && stated !== length)
      throw damaged(`${about}, with ${stated} bytes where [${proto.dims}] needs ${length}`);
    return readPart(folder, location, { about, offset, length });
  };
}

interface Part {
  /** How a message begins. */
  readonly about: string;
  readonly offset: number;
  readonly length: number;
}

function readPart(folder: string, location: string, { about, offset, length }: Part): Uint8Array {
  const path = join(folder, location);
  try {
    const real = realpathSync(path);
    const own = realpathSync(folder);
    if (!isInside(relative(own, real)) && !isKeptFor(own, real))
      throw new AdarandError(
        'model.external-data',
        `${about}, which is a link to ${real}, outside of the model's folder`,
        `Put the file itself there, or give the .onnx file that lies beside it. ${oneFile}`,
      );
    const descriptor = openSync(real, 'r');
    try {
      const found = fstatSync(descriptor);
      if (!found.isFile()) throw damaged(`${about}, which is not a file`);
      if (offset + length > found.size)
        throw damaged(
          `${about}, at bytes ${offset} to ${offset + length}, but that has ${found.size} bytes: it is cut short, or ` +
            'belongs to another model',
        );
      return readWhole(descriptor, offset, length);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    const missing = code === 'ENOENT' || code === 'ENOTDIR';
    throw new AdarandError(
      'model.external-data',
      missing ? `${about}, and there is no ${path}` : `${about}, and ${path} cannot be read: ${code}`,
      missing
        ? `Put that file beside the .onnx file: both belong to the model. Or: ${oneFile}`
        : 'Check who may read it.',
      error,
    );
  }
}

function readWhole(descriptor: number, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const read = readSync(descriptor, bytes, done, length - done, offset + done);
    if (read === 0) throw damaged('A file of weights became shorter while it was read');
    done += read;
  }
  return bytes;
}

/** Where a tensor's entries say that its bytes are. */
function placeOf({ name, externalData }: TensorProto, file: string) {
  const entries = new Map(externalData.map(({ key, value }) => [key, value]));
  const location = entries.get('location');
  if (location === undefined || location === '')
    throw damaged(`${file} keeps the tensor "${name}" in another file, but does not say in which`);
  const number = (key: string): number | undefined => {
    const text = entries.get(key);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
      throw damaged(`${file} says that the ${key} of its tensor "${name}" in "${location}" is "${text}"`);
    return value;
  };
  return { location, offset: number('offset') ?? 0, stated: number('length') };
}

/** Whether a path stays in the folder that it begins in, on any system. */
function isInside(path: string): boolean {
  const parts = path.split(/[/\\]/);
  return (
    path !== '' &&
    !path.includes('\0') &&
    !isAbsolute(path) &&
    !win32.isAbsolute(path) &&
    !parts.includes('..') &&
    !parts.some((part) => /^[a-z]:/i.test(part)) &&
    resolve(sep, path) !== resolve(sep)
  );
}

function damaged(what: string): AdarandError {
  return new AdarandError(
    'model.damaged',
    what,
    'Download or export the model again, with all of its files.',
  );
}
