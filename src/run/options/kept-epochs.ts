/** `all`, or epochs and `last`, separated by commas. */
export const keptEpochsPattern = /^(all|(\d{1,9}|last)(,(\d{1,9}|last))*)$/;

/** Epochs of a run, 0 for what training begins with. */
export interface KeptEpochs {
  readonly all: boolean;
  /** Those that were given as numbers. */
  readonly numbers: readonly number[];
  /** `isLast`: training ends with it. */
  includes(epoch: number, isLast: boolean): boolean;
}

/** Epochs as they are typed: `all`, `0,5,last`. */
export function parseKeptEpochs(typed: string): KeptEpochs {
  const words = typed.split(',');
  const numbers = words.filter((word) => word !== 'all' && word !== 'last').map(Number);
  const all = words.includes('all');
  return {
    all,
    numbers,
    includes: (epoch, isLast) => all || (isLast && words.includes('last')) || numbers.includes(epoch),
  };
}
