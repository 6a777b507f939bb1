import { AdarandError } from '../../errors.js';
import { methods } from '../../methods/index.js';
import type { BoundMethod } from '../../methods/method.js';

/**
 * Whether source images are given exactly where the method trains on them.
 *
 * @throws AdarandError `method.needs-source`, `method.no-source`.
 */
export function checkSource(method: BoundMethod, source: string | undefined): void {
  const wanted = method.needs.includes('sourceBatch');
  if (wanted && source === undefined)
    throw new AdarandError(
      'method.needs-source',
      `${method.name} trains on source images along with yours, and none are given`,
      'Give a folder of labelled images, such as a part of what the network was pretrained on: --source DIR',
    );
  if (!wanted && source !== undefined)
    throw new AdarandError(
      'method.no-source',
      `${method.name} does not use source images: --source ${source} would change nothing`,
      `Leave out --source, or choose a --method that trains on them: ${withSource().join(', ')}.`,
    );
}

function withSource(): string[] {
  return Object.values(methods).flatMap((method) =>
    method.bind().needs.includes('sourceBatch') ? [method.name] : [],
  );
}
