/** Waits for Ctrl-C (or SIGTERM), and says so to `told`. The second one ends this process at once. */
export function untilInterrupted(told: () => void): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const interrupt = () => {
      if (asked) process.exit(130);
      asked = true;
      told();
      resolve();
    };
    process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  });
}
