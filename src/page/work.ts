import type { Classifier } from '../models/export/web/page-classifier.js';
import type { Answer, FromWorker, ToWorker } from './messages.js';
import { Unreadable } from './unreadable.js';

export interface Loading {
  onProgress(done: number, total: number | undefined): void;
  onReady(): void;
  onFailed(reason: string): void;
}

interface Refusal {
  readonly reason: string;
}

/** The worker that classifies. Pictures may be given before the network is loaded; they wait for it. */
export class Work {
  readonly #worker = new Worker(new URL('worker.js', import.meta.url), { type: 'module' });
  readonly #waiting = new Map<number, (message: Answer | Refusal) => void>();
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

  /** @throws Unreadable where it cannot be classified; the message says why. */
  async classify(file: Blob): Promise<Answer> {
    const id = this.#next++;
    this.#post({ type: 'classify', id, file });
    const message = await new Promise<Answer | Refusal>((resolve) => this.#waiting.set(id, resolve));
    if ('reason' in message) throw new Unreadable(message.reason);
    return message;
  }

  #settle(id: number, message: Answer | Refusal): void {
    this.#waiting.get(id)?.(message);
    this.#waiting.delete(id);
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }
}
