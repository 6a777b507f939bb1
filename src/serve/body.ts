import type { IncomingMessage } from 'node:http';
import { formatBytes } from '../files/format-bytes.js';
import { busy, Refusal } from './refusal.js';

/** Bytes of bodies that are kept at a time, of all requests together. */
export class BodyMemory {
  readonly #most: number;
  #kept = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** @throws Refusal `serve.busy`. */
  keep(bytes: number): void {
    if (this.#kept + bytes > this.#most)
      throw busy('images of other requests fill the memory that is meant for them', 'Send it again, later.');
    this.#kept += bytes;
  }

  free(bytes: number): void {
    this.#kept -= bytes;
  }
}

/**
 * The body of a request, which is kept in `memory` until it is freed there. One that is said to be too large is not
 * read.
 *
 * @throws Refusal `serve.too-large`, `serve.busy`, `serve.cut-off`.
 */
export async function readBody(request: IncomingMessage, most: number, memory: BodyMemory): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > most) throw tooLarge(most);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    await new Promise<void>((resolve, reject) => {
      request
        .on('data', (chunk: Buffer) => {
          try {
            if (size + chunk.length > most) throw tooLarge(most);
            memory.keep(chunk.length);
            size += chunk.length;
            chunks.push(chunk);
          } catch (error) {
            // What still comes is thrown away: the answer is only read by who may finish.
            request.removeAllListeners('data').resume();
            reject(error);
          }
        })
        .on('end', resolve)
        .on('error', (error) => reject(cutOff(error)))
        .on('close', () => reject(cutOff()));
    });
    return Buffer.concat(chunks, size);
  } catch (error) {
    memory.free(size);
    throw error;
  }
}

function tooLarge(most: number): Refusal {
  return new Refusal(413, {
    code: 'serve.too-large',
    message: `the image has more than ${formatBytes(most)}`,
    hint: 'Send a smaller one, or start the server with a larger --max-megabytes.',
  });
}

function cutOff(cause?: unknown): Refusal {
  return new Refusal(400, { code: 'serve.cut-off', message: 'the image did not come to its end', cause });
}
