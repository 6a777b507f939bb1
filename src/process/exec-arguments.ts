/** Flags of Node that say what it runs, and so belong to the caller's process alone; some take the next word. */
const program = new Set(['-i', '--interactive', '-', '-c', '--check']);
const takesCode = new Set(['-e', '--eval', '-p', '--print', '-pe']);

/** `NODE_OPTIONS` without the flag among these that it may have. */
export function nodeOptions(given: string): string {
  return given.replace(/--input-type[= ]\S+/g, '').trim();
}

/** The caller's flags of Node, without those that a process with a file of its own refuses or would run again. */
export function execArguments(given: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < given.length; i++) {
    const flag = given[i] ?? '';
    if (takesCode.has(flag) || flag === '--input-type') i += 1;
    else if (!program.has(flag) && !/^--(input-type|eval|print)=/.test(flag)) kept.push(flag);
  }
  return kept;
}
