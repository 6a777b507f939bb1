/** How many are computed together at most, and how long one that could be computed waits for others. */
export interface BatchLimits {
  readonly most: number;
  readonly waitMs: number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly since: number;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * Computes items that are asked for one by one in batches, one batch at a time. Those that are there wait for those that
 * are coming, but not for long: so what is asked for at once is computed together, one item alone at once, and nothing
 * is kept long by a slow one. An item that does not come rejects its own promise alone.
 */
export function inBatches<Item, Result>(
  compute: (items: readonly Item[]) => Promise<readonly Result[]>,
  { most, waitMs }: BatchLimits,
): (coming: Promise<Item>) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = [];
  let coming = 0;
  let busy = false;
  let timer: NodeJS.Timeout | undefined;

  const look = (): void => {
    const [first] = waiting;
    if (busy || first === undefined) return;
    const left = first.since + waitMs - performance.now();
    if (waiting.length < most && coming > 0 && left > 0) {
      clearTimeout(timer);
      timer = setTimeout(look, Math.ceil(left));
      return;
    }
    void run(waiting.splice(0, most));
  };

  const run = async (batch: readonly Waiting<Item, Result>[]): Promise<void> => {
    busy = true;
    try {
      const results = await compute(batch.map(({ item }) => item));
      for (const [i, { resolve, reject }] of batch.entries()) {
        const result = results[i];
        if (result === undefined) reject(new Error('no result for an item of a batch'));
        else resolve(result);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    busy = false;
    look();
  };

  return async (item) => {
    coming += 1;
    let found: Item;
    try {
      found = await item;
    } finally {
      coming -= 1;
      // What waits for this one alone need not wait any more.
      queueMicrotask(look);
    }
    return new Promise<Result>((resolve, reject) => {
      waiting.push({ item: found, since: performance.now(), resolve, reject });
    });
  };
}
