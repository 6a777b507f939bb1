import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ClassProbability, topSchema } from '../classifier/classifier.js';
import { AdarandError } from '../errors.js';
import { parseOptions } from '../run/options/parse-options.js';
import { typedNumber } from '../run/options/typed-number.js';
import { BodyMemory, readBody } from './body.js';
import { busy, Refusal } from './refusal.js';
import { jsonReply, type Reply } from './respond.js';

/** What answers for images: a `Classifier`. */
export interface ImageClassifier {
  predict(image: Uint8Array, options: { readonly top: number }): Promise<readonly ClassProbability[]>;
}

export interface PredictLimits {
  /** Of the body of a request. */
  readonly maxBytes: number;
  /** Images that have come and are not answered yet. */
  readonly maxWaiting: number;
}

/** As much as a few of the largest images. */
const LARGEST_IMAGES = 8;

/** Answers `POST /predict?top=N`, whose body is an image, with what `predict --json` prints. */
export function predictRoute(classifier: ImageClassifier, { maxBytes, maxWaiting }: PredictLimits) {
  const memory = new BodyMemory(LARGEST_IMAGES * maxBytes);
  let waiting = 0;

  const classified = async (image: Buffer, top: number) => {
    if (waiting >= maxWaiting) throw busy(`${waiting} images are waiting already`, 'Send it again, later.');
    waiting += 1;
    try {
      return await classifier.predict(image, { top });
    } catch (error) {
      throw refusalOf(error);
    } finally {
      waiting -= 1;
    }
  };

  /** @throws Refusal */
  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<Reply> => {
    const top = topOf(url);
    checkType(request);
    if (request.headers.expect !== undefined && fits(request, maxBytes)) response.writeContinue();
    const image = await readBody(request, maxBytes, memory);
    try {
      return jsonReply({ type: 'prediction', image: 'body', classes: await classified(image, top) });
    } finally {
      memory.free(image.length);
    }
  };
}

function fits({ headers }: IncomingMessage, maxBytes: number): boolean {
  return Number(headers['content-length'] ?? 0) <= maxBytes;
}

function topOf({ searchParams }: URL): number {
  const given = [...searchParams].map(([name, word]) => [name, typedNumber(word)] as const);
  const names = { nameOf: (key: string) => key, help: 'Write it as /predict?top=3.' };
  try {
    const [twice] = [...searchParams.keys()].filter((name) => searchParams.getAll(name).length > 1);
    if (twice !== undefined) throw new AdarandError('config.invalid', `${twice} is given twice`, names.help);
    return parseOptions(topSchema, Object.fromEntries(given), names).top;
  } catch (error) {
    throw error instanceof AdarandError ? new Refusal(400, error) : error;
  }
}

/** Forms and JSON have an image wrapped in something else; other types are left to the image itself. */
function checkType({ headers }: IncomingMessage): void {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = headers;
  const wrapped = /^(multipart\/|application\/json\b)/i.test(type.trim());
  if (!wrapped && encoding.toLowerCase() === 'identity') return;
  throw new Refusal(415, {
    code: 'serve.content',
    message: `the body is ${wrapped ? type.replace(/;.*$/s, '').trim() : encoding}, not an image file`,
    hint: 'Send the bytes of the file as they are: curl --data-binary @IMAGE, or fetch with the file as its body.',
  });
}

function refusalOf(error: unknown): unknown {
  if (!(error instanceof AdarandError)) return error;
  const { code, message, hint = '' } = error;
  if (code === 'predict.unreadable-image') {
    const how = 'With curl, --data-binary sends a file as it is; -d does not.';
    return new Refusal(400, { code, message, hint: `${hint} ${how}`.trim() });
  }
  // The next call starts the process again.
  if (code === 'process.crashed') return new Refusal(503, error, { 'retry-after': '1' });
  return code === 'classifier.closed' ? new Refusal(503, error) : error;
}
