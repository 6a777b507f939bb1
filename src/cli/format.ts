export {
  accuracyWithInterval,
  chosenBy,
  ofSomeClasses,
  overSomeClasses,
  percent,
  withMirrorImages,
} from '../analysis/format-accuracy.js';
export { duration } from '../duration.js';

/** Words in lines of at most `width` characters (a longer word has a line of its own). */
export function wrapped(words: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

/** Four significant digits, without trailing zeros. */
export function short(value: unknown): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value);
}
