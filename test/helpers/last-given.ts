/** Words of a command line where a flag's last value is the one meant: defaults of a test, and what a case gives instead. */
export function lastGiven(...words: readonly string[]): string[] {
  const hasValue = (index: number) => words[index + 1]?.startsWith('--') === false;
  const isReplaced = (index: number) => {
    const word = words[index] ?? '';
    return word.startsWith('--') && word !== '--option' && words.indexOf(word, index + 1) >= 0;
  };
  return words.filter(
    (_, index) => !isReplaced(index) && !(index > 0 && isReplaced(index - 1) && hasValue(index - 1)),
  );
}
