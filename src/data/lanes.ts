/** How many image files are decoded at a time: as many as the threads that decode, so that few pictures wait in memory. */
const LANES = 4;

/** The results of `work` for all items, in their order, of which only a few are worked on at a time. */
export async function inLanes<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const rest = items.entries();
  const lane = async () => {
    for (const [index, item] of rest) results[index] = await work(item, index);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return results;
}
