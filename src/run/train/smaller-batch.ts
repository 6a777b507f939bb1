/** What a run's batches are. */
export interface BatchOf {
  readonly options: { readonly accumulate: number };
  readonly settings: { readonly batchSize: number };
}

/** What is typed for half the memory of a step and the same updates, where a batch can be halved; BatchNorm's statistics are of fewer images. */
export function smallerBatch({ options: { accumulate }, settings: { batchSize } }: BatchOf): string {
  const half = Math.floor(batchSize / 2);
  if (half === 0) return 'a smaller --image-size, or another --model';
  const batches = Math.round((accumulate * batchSize) / half);
  return `--batch-size ${half} --accumulate ${batches}, or a smaller --image-size`;
}
