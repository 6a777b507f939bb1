/** Loads the network and classifies pictures, beside the page, which therefore stays responsive. */
import type * as Ort from 'onnxruntime-web';
import { softmax } from '../analysis/softmax.js';
import { messageOf } from '../errors.js';
import type { Classifier } from '../models/export/web/page-classifier.js';
import { loadBytes } from './load-bytes.js';
import type { Answer, FromWorker, ToWorker } from './messages.js';
import { pixelValues, seenOf } from './network-input.js';
import { readPicture } from './read-picture.js';
import { Unreadable } from './unreadable.js';

interface Loaded {
  readonly ort: typeof Ort;
  readonly session: Ort.InferenceSession;
  readonly classifier: Classifier;
}

let loading: Promise<Loaded> | undefined;
/** Pictures are classified one after the other. */
let last: Promise<void> = Promise.resolve();

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === 'load') {
    loading = load(data.classifier, data.base);
    loading.then(
      () => tell({ type: 'ready' }),
      (error: unknown) => tell({ type: 'failed', reason: messageOf(error) }),
    );
  } else {
    const { id, file } = data;
    last = last.then(() => answer(id, file));
  }
});

async function load(classifier: Classifier, base: string): Promise<Loaded> {
  const runtime = new URL('../onnxruntime/', import.meta.url);
  const files = [new URL('ort-wasm-simd-threaded.wasm', runtime).href, new URL(classifier.model, base).href];
  const progress = files.map((): { done: number; total: number | undefined } => ({ done: 0, total: 0 }));
  const [wasmBinary, model] = await Promise.all(
    files.map((url, i) =>
      loadBytes(url, (done, total) => {
        progress[i] = { done, total };
        tell({ type: 'progress', ...sumOf(progress) });
      }),
    ),
  );
  if (wasmBinary === undefined || model === undefined) throw new Error('a file is missing');
  const ort: typeof Ort = await import(new URL('ort.js', runtime).href);
  ort.env.logLevel = 'error';
  // More threads need headers that few servers send.
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmBinary = wasmBinary.buffer;
  const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'] });
  return { ort, session, classifier };
}

/** Unknown as long as one of them is, or has not begun. */
function sumOf(progress: readonly { readonly done: number; readonly total: number | undefined }[]) {
  const done = progress.reduce((sum, file) => sum + file.done, 0);
  const totals = progress.flatMap(({ total }) => (total === undefined || total === 0 ? [] : [total]));
  const total = totals.length < progress.length ? undefined : totals.reduce((sum, one) => sum + one, 0);
  return { done, total };
}

async function answer(id: number, file: Blob): Promise<void> {
  if (loading === undefined) return;
  try {
    tell({ type: 'answer', id, ...(await classify(await loading, file)) });
  } catch (error) {
    tell({ type: 'refused', id, reason: messageOf(error) });
  }
}

async function classify({ ort, session, classifier }: Loaded, file: Blob): Promise<Answer> {
  const began = performance.now();
  const picture = await readPicture(file, classifier.imageSize);
  const seen = seenOf(picture, classifier);
  const read = performance.now();
  const size = classifier.imageSize * (classifier.halved ? 2 : 1);
  const input = new ort.Tensor('float32', pixelValues(seen, classifier), [1, 3, size, size]);
  const { logits } = await session.run({ pixel_values: input }, ['logits']);
  const values = logits?.data;
  if (!(values instanceof Float32Array) || !values.every(Number.isFinite))
    throw new Unreadable("the network's outputs are not finite");
  return {
    ...picture.original,
    seen,
    probabilities: [...softmax(values)],
    millisecondsToRead: read - began,
    millisecondsToClassify: performance.now() - read,
  };
}

function tell(message: FromWorker): void {
  postMessage(message);
}
