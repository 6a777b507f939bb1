import type { Classifier } from './classifier.js';
import type { Answer, FromWorker, ToWorker } from './messages.js';

export interface Loading {
  onProgress(done: number, total: number | undefined): void;
  onReady(): void;
  onFailed(reason: string): void;
}

/** The worker that classifies. Pictures may be given before the network is loaded; they wait for it. */
export class Work {
  readonly #worker = new Worker(new URL('worker.js', import.meta.url), { type: 'module' });
  readonly #waiting = new Map<number, (answer: Answer | { readonly reason: string }) => void>();
  #next = 0;

  constructor(classifier: Classifier, loading: Loading) {
    this.#worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      if (data.type === 'progress') loading.onProgress(data.done, data.total);
      else if (data.type === 'ready') loading.onReady();
      else if (data.type === 'failed') loading.onFailed(data.reason);
      else this.#settle(data.id, data);
    });
    // What it throws at once: a browser that lacks something.
    this.#worker.addEventListener('error', (event) => {
      event.preventDefault();
      loading.onFailed(event.message || 'this browser cannot run it');
    });
    this.#post({ type: 'load', classifier, base: document.baseURI });
  }

  classify(file: Blob): Promise<Answer | { readonly reason: string }> {
    const id = this.#next++;
    this.#post({ type: 'classify', id, file });
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  #settle(id: number, answer: Answer | { readonly reason: string }): void {
    this.#waiting.get(id)?.(answer);
    this.#waiting.delete(id);
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }
}
