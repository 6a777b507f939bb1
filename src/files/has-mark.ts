import { open } from 'node:fs/promises';
import { ifThere } from './if-there.js';

/** Whether a file is a page that has a generator's mark, which is near the beginning. */
export async function hasMark(path: string, generator: string): Promise<boolean> {
  const file = await ifThere(path, open(path));
  if (file === undefined) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(1024), 0, 1024, 0);
    return buffer.toString('latin1', 0, bytesRead).includes(generator);
  } finally {
    await file.close();
  }
}
