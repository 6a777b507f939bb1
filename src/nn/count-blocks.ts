/** How many blocks there are among tensors named `PREFIX.BLOCK.REST`. */
export function countBlocks(tensors: ReadonlyMap<string, unknown>, prefix: string): number {
  const start = `${prefix}.`;
  const blocks = new Set<string>();
  for (const name of tensors.keys())
    if (name.startsWith(start)) {
      const end = name.indexOf('.', start.length);
      blocks.add(end < 0 ? name.slice(start.length) : name.slice(start.length, end));
    }
  return blocks.size;
}
