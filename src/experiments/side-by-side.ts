/**
 * Works on items in their order, up to `count()` of them at once, which may change in between. An error keeps further
 * items from beginning; it is thrown when all that had begun have ended.
 */
export async function sideBySide<Item>(
  items: readonly Item[],
  count: () => number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const going = new Set<Promise<void>>();
  const errors: unknown[] = [];
  for (const item of items) {
    while (going.size > 0 && going.size >= count()) await Promise.race(going);
    if (errors.length > 0) break;
    const one = work(item)
      .catch((error: unknown) => {
        errors.push(error);
      })
      .finally(() => going.delete(one));
    going.add(one);
  }
  await Promise.all(going);
  if (errors.length > 0) throw errors[0];
}
