/** Options by the names that they had before, with those that they have now. */
export const renamedOptions: ReadonlyMap<string, string> = new Map([
  ['regularizer', 'method'],
  ['regularizerOptions', 'methodOptions'],
  ['clip', 'clipGradNorm'],
  ['ema', 'emaDecay'],
]);

/** The same for the values of an option. */
export const renamedValues: ReadonlyMap<string, ReadonlyMap<unknown, string>> = new Map([
  ['head', new Map([['probe', 'linear-probe']])],
  ['method', new Map([['linear-probe', 'head-only']])],
]);
