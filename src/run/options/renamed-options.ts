/** Former names of options, with the present ones. */
export const renamedOptions: ReadonlyMap<string, string> = new Map([
  ['regularizer', 'method'],
  ['regularizerOptions', 'methodOptions'],
  ['clip', 'clipGradNorm'],
  ['ema', 'emaDecay'],
]);

/** Former values of an option, with the present ones. */
export const renamedValues: ReadonlyMap<string, ReadonlyMap<unknown, string>> = new Map([
  ['head', new Map([['probe', 'linear-probe']])],
  ['method', new Map([['linear-probe', 'head-only']])],
]);

/** Former names of methods' options, with the present ones. */
export const renamedMethodOptions: ReadonlyMap<string, string> = new Map([['roundEpochs', 'updateEpochs']]);

/** Former values of a method's option, with the present ones. */
export const renamedMethodValues: ReadonlyMap<string, ReadonlyMap<unknown, string>> = new Map([
  ['prior', new Map([['source', 'pretrained']])],
]);
