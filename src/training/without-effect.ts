import { topologicalOrder, type Value } from '../graph/value.js';
import type { MethodLosses } from '../methods/losses.js';

const kinds = { penalty: 'penalty', extraLoss: 'extra loss' } as const;

export type AddedLoss = (typeof kinds)[keyof typeof kinds];

/** Which losses that a method adds depend on nothing of the classifier that is trained. */
export function withoutEffect(
  losses: Pick<MethodLosses, keyof typeof kinds>,
  trained: Iterable<Value>,
): AddedLoss[] {
  const values = new Set(trained);
  const depends = (loss: Value) =>
    topologicalOrder([loss]).some(({ inputs }) => inputs.some((value) => values.has(value)));
  return (['penalty', 'extraLoss'] as const).flatMap((kind) => {
    const loss = losses[kind];
    return loss === undefined || depends(loss) ? [] : [kinds[kind]];
  });
}
