import { spawnSync } from 'node:child_process';

/** Lines that `nvidia-smi` answers; none where there is no such program. */
function query(what: string): string[] {
  const { status, stdout } = spawnSync(
    'nvidia-smi',
    [`--query-gpu=${what}`, '--format=csv,noheader,nounits'],
    {
      encoding: 'utf8',
    },
  );
  return status === 0 ? stdout.trim().split('\n') : [];
}

/** Of each card: its name, driver, and memory in MiB. */
export const cards = (): string[] => query('name,driver_version,memory.total');

/** Bytes in use on the first card, by whoever uses it. */
export function usedBytes(): number | undefined {
  const [first] = query('memory.used');
  return first === undefined ? undefined : Number(first) * 2 ** 20;
}
