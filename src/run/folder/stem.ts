import { basename, extname, resolve } from 'node:path';

/** The name of a folder for what is done with data and a model: `flowers-mobilenet-adarand`. */
export function stemOf(data: string, model: string, what: string): string {
  const parts = [basename(resolve(data)), basename(resolve(model)).replace(extname(model), ''), what];
  return parts.map((part) => part.replace(/[^\p{L}\p{N}._]+/gu, '-')).join('-');
}
