import { z } from 'zod';

/** One of a registry's names. */
export function choiceOf<T extends Readonly<Record<string, unknown>>>(registry: T) {
  const known = (name: string): name is keyof T & string => Object.hasOwn(registry, name);
  return z.enum(Object.keys(registry).filter(known));
}
