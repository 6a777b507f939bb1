/** A word that is not a number is returned unchanged: the schema refuses it, with the option's name. */
export function typedNumber(word: string): number | string {
  return word.trim() === '' || Number.isNaN(Number(word)) ? word : Number(word);
}
