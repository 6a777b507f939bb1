import { AdarandError, messageOf } from '../errors.js';
import { formatBytes } from '../files/format-bytes.js';
import { commandLine } from '../run/command-line.js';
import type { GivenImage } from '../run/operations/predict.js';

/** The word that stands for an image on the standard input. */
const STANDARD_INPUT = '-';

/** An image file is not larger. */
const MAXIMUM = 2 ** 28;

/**
 * The images that were typed, with the bytes of the standard input in place of `-`.
 *
 * @throws AdarandError `cli.standard-input`.
 */
export async function withStandardInput(images: readonly GivenImage[], run: string): Promise<GivenImage[]> {
  if (!images.includes(STANDARD_INPUT)) return [...images];
  const piped = { name: STANDARD_INPUT, bytes: await standardInput(run) };
  return images.map((image) => (image === STANDARD_INPUT ? piped : image));
}

async function standardInput(run: string): Promise<Uint8Array> {
  const refused = (what: string) =>
    new AdarandError(
      'cli.standard-input',
      what,
      `Send an image file there: ${commandLine('predict', run, STANDARD_INPUT)} < IMAGE. A file called - is ./-`,
    );
  if (process.stdin.isTTY) throw refused('- is the standard input, and that is a terminal');
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of process.stdin) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAXIMUM) throw refused(`the standard input has more than ${formatBytes(MAXIMUM)}`);
    }
  } catch (error) {
    if (error instanceof AdarandError) throw error;
    throw refused(`the standard input cannot be read: ${messageOf(error)}`);
  }
  return Buffer.concat(chunks);
}
