const WIDTH = 30;

/** `[########----] 66 %`; the share is from 0 to 1. */
export function bar(share: number): string {
  const within = Math.min(1, Math.max(0, share));
  const filled = Math.floor(within * WIDTH);
  return `[${'#'.repeat(filled)}${'-'.repeat(WIDTH - filled)}] ${Math.floor(100 * within)} %`;
}
