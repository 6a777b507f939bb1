import { setTimeout as wait } from 'node:timers/promises';
import { AdarandError } from '../../errors.js';
import { adarandVersion } from '../../package.js';
import { type Asked, failureOf, Passing, silent, unreachable } from './failures.js';
import type { HubHost } from './host.js';
import type { HubSettings } from './settings.js';

export interface Request {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Tries of a request that brings nothing. */
const TRIES = 5;
/** A server that wants to be left alone for longer is not waited for. */
const PATIENCE_SECONDS = 60;

/** Requests to the hub: with the token, a limit on silence, and repetition of what may pass. */
export class Connection {
  readonly settings: HubSettings;
  readonly host: HubHost;
  /** Something has answered: a failure to connect may now be a short one. */
  #reached = false;

  constructor(settings: HubSettings, host: HubHost) {
    this.settings = settings;
    this.host = host;
  }

  /**
   * Sends a request and lets `read` take in the answer, again and again while failures may pass and there is patience
   * left. Patience is renewed whenever `progress` has grown.
   */
  async request<T>(
    asked: Asked,
    request: () => Request,
    read: (answer: Answer) => Promise<T>,
    progress: () => number = () => 0,
  ): Promise<T> {
    if (this.settings.offline)
      throw new AdarandError(
        'hub.offline',
        `${asked.repo} would have to be downloaded, and HF_HUB_OFFLINE forbids it`,
        'Unset HF_HUB_OFFLINE, or give a model that was downloaded before, or a file or folder.',
      );
    let best = progress();
    for (let tries = 1; ; tries++) {
      try {
        return await this.#attempt(asked, request(), read);
      } catch (error) {
        if (!(error instanceof Passing)) throw error;
        if (progress() > best) [best, tries] = [progress(), 0];
        const seconds = error.afterSeconds ?? 2 ** (tries - 2);
        if (tries >= TRIES || seconds > PATIENCE_SECONDS || !this.#reached) throw error.error;
        await this.#pause(seconds);
      }
    }
  }

  async #attempt<T>(asked: Asked, request: Request, read: (answer: Answer) => Promise<T>): Promise<T> {
    const { settings, host } = this;
    const { url, method = 'GET', body } = request;
    const watch = watchdog(settings.timeoutSeconds, host);
    const place = new URL(url).host;
    try {
      const response = await fetch(url, {
        method,
        // fetch leaves out the token where a redirect leads to another origin.
        headers: { ...this.#identity(url), ...request.headers },
        ...(body === undefined ? {} : { body }),
        signal: watch.signal,
      }).catch((error: unknown) => {
        throw watch.stopped(place) ?? new Passing(unreachable(place, error));
      });
      this.#reached = true;
      watch.sign();
      if (!response.ok) throw failureOf(response, asked, settings);
      const { status, headers } = response;
      return await read({ status, headers, chunks: chunksOf(response, watch, place) });
    } finally {
      watch.end();
    }
  }

  #identity(url: string): Record<string, string> {
    const { token, endpoint } = this.settings;
    const agent = { 'user-agent': `adarand/${adarandVersion()}; node/${process.versions.node}` };
    const ours = new URL(url).origin === new URL(endpoint).origin;
    return token === undefined || !ours ? agent : { ...agent, authorization: `Bearer ${token.value}` };
  }

  async #pause(seconds: number): Promise<void> {
    for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
      this.host.throwIfStopped();
      await wait(Math.min(100, end - performance.now()));
    }
  }
}

async function* chunksOf(response: Response, watch: Watchdog, place: string): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  for (;;) {
    const { done, value } = await reader.read().catch((error: unknown) => {
      throw watch.stopped(place) ?? new Passing(unreachable(place, error));
    });
    if (done) return;
    watch.sign();
    yield value;
  }
}

type Watchdog = ReturnType<typeof watchdog>;

/** Ends a request that has been silent for too long, or whose host has had enough. */
function watchdog(seconds: number, host: HubHost) {
  const controller = new AbortController();
  let last = performance.now();
  let reason: { readonly thrown: unknown } | 'silent' | undefined;
  const look = () => {
    try {
      host.throwIfStopped();
      if (performance.now() - last < seconds * 1000) return;
      reason ??= 'silent';
    } catch (thrown) {
      reason ??= { thrown };
    }
    controller.abort();
  };
  const timer = setInterval(look, Math.min(100, seconds * 250));
  return {
    signal: controller.signal,
    /** A sign of life. */
    sign: () => {
      last = performance.now();
    },
    /** Why the request was ended; undefined if it was not. */
    stopped: (place: string): unknown => {
      if (reason === undefined) return undefined;
      return reason === 'silent' ? new Passing(silent(place, seconds)) : reason.thrown;
    },
    end: () => {
      clearInterval(timer);
      controller.abort();
    },
  };
}
