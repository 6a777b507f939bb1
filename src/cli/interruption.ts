/** What asks a program to end: Ctrl-C, or another program. */
export type EndSignal = 'SIGINT' | 'SIGTERM';

const numbers: Readonly<Record<EndSignal, number>> = { SIGINT: 2, SIGTERM: 15 };

let last: EndSignal | undefined;

/** The exit code of a program that ended because it was asked to, as a shell gives it: 130 after Ctrl-C, 143 after SIGTERM. */
export function interruptedCode(): number {
  return 128 + numbers[last ?? 'SIGINT'];
}

/** Tells of each signal, until the function that is returned is called. */
export function onInterruption(told: (signal: EndSignal) => void): () => void {
  const heard = (signal: EndSignal) => {
    last = signal;
    told(signal);
  };
  const [interrupt, terminate] = [() => heard('SIGINT'), () => heard('SIGTERM')];
  process.on('SIGINT', interrupt).on('SIGTERM', terminate);
  return () => process.off('SIGINT', interrupt).off('SIGTERM', terminate);
}

/** How to end at once what `waits`: SIGTERM comes from no keyboard. */
export function atOnce(waits: string, signal: EndSignal, end: string): string {
  return `\n${waits}; ${signal === 'SIGINT' ? 'press Ctrl-C again' : 'send the signal again'} to ${end} at once\n`;
}
