import { invariant } from '../errors.js';
import { Operation } from '../run/operations/operation.js';

/** The operation that a module defines. */
export async function loadOperation(module: string) {
  const exported: Readonly<Record<string, unknown>> = await import(module);
  const found = Object.values(exported).find((value) => value instanceof Operation);
  invariant(found !== undefined, `${module} defines no operation`);
  return found;
}
