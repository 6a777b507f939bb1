import { type EndSignal, interruptedCode, onInterruption } from './interruption.js';

/** Waits for Ctrl-C or SIGTERM, and says so to `told`. The second one ends this process at once. */
export function untilInterrupted(told: (signal: EndSignal) => void): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    onInterruption((signal) => {
      if (asked) process.exit(interruptedCode());
      asked = true;
      told(signal);
      resolve();
    });
  });
}
