import type { ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { AdarandError } from '../errors.js';
import { type Crash, crashed } from '../process/crash.js';
import { fromFailure } from '../process/failure.js';
import { collectOutput, forked } from '../process/forked.js';
import { parsed } from '../process/messages.js';
import {
  type FromClassifier,
  fromClassifierSchema,
  type Opened,
  type Outputs,
  type SentImage,
  type ToClassifier,
} from './messages.js';

type OpenMessage = Extract<ToClassifier, { readonly type: 'open' }>;

interface Waiting<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** One process and what it has not answered yet. */
interface Running {
  readonly child: ChildProcess;
  readonly images: Map<number, Waiting<Outputs>>;
  readonly opened: Promise<Opened>;
}

/** The process of a classifier. One that died is started again by the next call. */
export class ClassifierProcess {
  readonly #open: Promise<OpenMessage>;
  #running: Running | undefined;
  #closed = false;
  #nextId = 0;

  /** What is to be opened may still be looked up: the process starts meanwhile. */
  constructor(open: Promise<OpenMessage>) {
    this.#open = open;
  }

  /** @throws AdarandError as opening does, and looking up what is opened. */
  open(): Promise<Opened> {
    return this.#process().opened;
  }

  async outputs(image: SentImage): Promise<Outputs> {
    if (this.#closed) throw closed();
    const { child, images } = this.#process();
    const id = this.#nextId++;
    return new Promise<Outputs>((resolve, reject) => {
      images.set(id, { resolve, reject });
      keepAlive(child, true);
      const message: ToClassifier = { type: 'image', id, ...image };
      // What is to be opened comes first; why it does not, whoever waits is told by `fail`.
      this.#open.then(
        () => child.send(message, () => {}),
        () => {},
      );
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const child = this.#running?.child;
    if (child === undefined) return;
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    child.ref();
    child.kill('SIGKILL');
    await ended;
  }

  #process(): Running {
    this.#running ??= this.#start();
    return this.#running;
  }

  #start(): Running {
    const child = forked('classifier/main');
    const images = new Map<number, Waiting<Outputs>>();
    const answered = (id: number) => {
      const waiting = images.get(id);
      images.delete(id);
      return waiting;
    };
    let output = '';
    collectOutput(child, (text) => {
      output = (output + text).slice(-4000);
    });
    for (const stream of [child.stdout, child.stderr]) if (stream instanceof Socket) stream.unref();
    const opened = new Promise<Opened>((resolve, reject) => {
      let isOpen = false;
      const fail = (error: unknown) => {
        if (this.#running?.child === child) this.#running = undefined;
        reject(error);
        for (const waiting of images.values()) waiting.reject(error);
        images.clear();
        child.kill('SIGKILL');
      };
      const receive = (message: FromClassifier) => {
        if (message.type === 'opened') {
          isOpen = true;
          resolve(message);
        } else if (message.type === 'outputs') answered(message.id)?.resolve(message);
        else if (message.id === undefined) return fail(fromFailure(message));
        else answered(message.id)?.reject(fromFailure(message));
        if (isOpen && images.size === 0) keepAlive(child, false);
      };
      child.on('message', (raw) => {
        // What is thrown in a listener could be caught by nobody.
        try {
          receive(parsed(fromClassifierSchema, raw));
        } catch (error) {
          fail(error);
        }
      });
      child.on('error', fail);
      this.#open.then((open) => child.send(open, () => {}), fail);
      child.on('close', (code, signal) =>
        fail(this.#closed ? closed() : died({ code, signal, phase: 'predict', run: undefined, output })),
      );
    });
    // Whoever waits for an image hears of it there.
    opened.catch(() => {});
    return { child, images, opened };
  }
}

function keepAlive(child: ChildProcess, keep: boolean): void {
  if (keep) {
    child.ref();
    child.channel?.ref();
  } else {
    child.unref();
    child.channel?.unref();
  }
}

function died(crash: Crash): AdarandError {
  const { code, message } = crashed(crash);
  const hint = 'The next call starts it again. If memory ran out, keep fewer classifiers open.';
  return new AdarandError(code, message, hint);
}

function closed(): AdarandError {
  return new AdarandError('classifier.closed', 'the classifier is closed', 'Open it again with `load`.');
}
