/** FNV-1a (Fowler, Noll and Vo), 32 bits, of words as of bytes: a hash begins with this, */
export const FNV_BASIS = 0x811c9dc5;

/** and takes in one word after another. */
export const fnvNext = (hash: number, word: number): number => Math.imul(hash ^ word, 0x01000193);
