import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { AdarandError } from '../errors.js';
import { systemCode } from '../files/system-code.js';
import { printableName } from '../printable.js';
import { type Access, admit, allowedOrigin } from './access.js';
import { answerBroken } from './broken-request.js';
import { nothingAt } from './page-files.js';
import { Refusal } from './refusal.js';
import { respondError } from './respond.js';
import type { Routes } from './routes.js';

/** How long a client may take, in milliseconds: nothing waits for one that hangs. */
export interface Patience {
  /** Until the headers are there. */
  readonly headers: number;
  /** Until all of the request is there. */
  readonly request: number;
  /** For a connection on which nothing moves. */
  readonly idle: number;
  /** For what still comes after a refusal: who sends it could not read the answer otherwise. */
  readonly refused: number;
  /** For requests that are not all here when the server ends. */
  readonly end: number;
}

export const patience: Patience = {
  headers: 10_000,
  request: 60_000,
  idle: 120_000,
  refused: 2000,
  end: 5000,
};

export interface ServerOptions {
  readonly port: number;
  readonly access: Access;
  readonly patience?: Patience;
  /** Told of what is a bug. */
  readonly report: (error: unknown) => void;
}

export interface RunningServer {
  /** `http://localhost:8000/`. */
  readonly url: string;
  /** Takes no more requests, and resolves when those that are here are answered. */
  close(): Promise<void>;
}

/**
 * Serves routes. Port 0 is one that is free.
 *
 * @throws AdarandError `serve.port`, `serve.host`.
 */
export async function startServer(
  routesAt: (url: string) => Routes,
  { port, access, patience: allowed = patience, report }: ServerOptions,
): Promise<RunningServer> {
  const limits = {
    headersTimeout: allowed.headers,
    requestTimeout: allowed.request,
    connectionsCheckingInterval: Math.min(1000, allowed.headers),
    // A request without one is refused here, with the JSON of any other error.
    requireHostHeader: false,
  };
  const server = createServer(limits);
  server.setTimeout(allowed.idle);
  const url = await listening(server, port, access.host);
  const routes = routesAt(url);
  const connections = new Set<Socket>();
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  const unanswered = new Map<IncomingMessage, ServerResponse>();
  let ending = false;
  const receiver = (work: typeof answer) => (request: IncomingMessage, response: ServerResponse) => {
    if (ending) response.setHeader('connection', 'close');
    unanswered.set(request, response);
    response.on('close', () => unanswered.delete(request));
    response.on('finish', () => {
      endUnread(request, allowed.refused);
      // A connection that is kept for the next request would be waited for.
      if (ending) setImmediate(() => server.closeIdleConnections());
    });
    work(request, response, routes, access).catch((error) => respondError(response, error, report));
  };
  server.on('clientError', (error, socket) => {
    const begun = [...unanswered].some(
      ([request, { headersSent }]) => request.socket === socket && headersSent,
    );
    if (begun) {
      socket.destroy();
      return;
    }
    answerBroken(socket, error);
    // Who goes on sending is waited for a while, as after any refusal.
    setTimeout(() => socket.destroy(), allowed.refused).unref();
  });
  const receive = receiver(answer);
  server.on('request', receive).on('checkContinue', receive);
  server.on('checkExpectation', receiver(refuseExpectation));
  return {
    url,
    async close() {
      ending = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const timer = setTimeout(() => {
        const asked = [...unanswered.keys()].filter(({ complete }) => complete).map(({ socket }) => socket);
        for (const socket of connections) if (!asked.includes(socket)) socket.destroy();
      }, allowed.end);
      await closed;
      clearTimeout(timer);
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  routes: Routes,
  access: Access,
): Promise<void> {
  if (request.httpVersion === '1.1' && request.headers.host === undefined) throw withoutHost();
  const origin = allowedOrigin(request, access);
  if (access.origins.length > 0) response.setHeader('vary', 'Origin');
  if (origin !== undefined) {
    response.setHeader('access-control-allow-origin', origin);
    // A browser asks first, and without the token.
    if (request.method === 'OPTIONS') return allow(response);
  }
  const url = urlOf(request);
  const route = routes(url.pathname);
  if (route?.open !== true) admit(request, access);
  if (route === undefined) throw nothingAt(url.pathname);
  const { method = '' } = request;
  const handler = route.methods[method === 'HEAD' ? 'GET' : method];
  if (handler !== undefined) return handler(request, response, url);
  if ((await route.isThere?.(url)) === false) throw nothingAt(url.pathname);
  const names = Object.keys(route.methods).flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : [name]));
  throw new Refusal(
    405,
    {
      code: 'serve.method',
      message: `${method} is not for ${url.pathname}`,
      hint: `It takes ${names.join(' and ')}.`,
    },
    { allow: names.join(', ') },
  );
}

/** What a request expects of the server besides being told to go on. */
async function refuseExpectation({ headers }: IncomingMessage): Promise<void> {
  throw new Refusal(417, {
    code: 'serve.expect',
    message: `the request expects ${printableName(headers.expect ?? '')}`,
    hint: 'Leave the header Expect out, or send 100-continue.',
  });
}

function withoutHost(): Refusal {
  return new Refusal(
    400,
    {
      code: 'serve.malformed',
      message: 'the request has no header Host',
      hint: 'Send it as HTTP/1.1, with the name of the server as Host.',
    },
    { connection: 'close' },
  );
}

function allow(response: ServerResponse): void {
  response.writeHead(204, {
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'authorization, content-type',
    'access-control-max-age': '600',
  });
  response.end();
}

/** A proxy's client names the server in the address, too: `GET http://host/health`. */
function urlOf({ url = '/' }: IncomingMessage): URL {
  const target = url.replace(/^https?:\/\/[^/?#]*/i, '');
  // Two slashes would begin with a host.
  const path = `http://localhost${target.startsWith('/') ? target : `/${target}`}`;
  if (URL.canParse(path)) return new URL(path);
  throw new Refusal(400, { code: 'serve.address', message: `${url} is no address` });
}

/** Reads on for a while what was refused before its end, and then cuts it off. */
function endUnread(request: IncomingMessage, ms: number): void {
  if (request.complete) return;
  request.resume();
  setTimeout(() => {
    if (!request.complete) request.socket.destroy();
  }, ms).unref();
}

function listening(server: Server, port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenError(port, host, error)));
    server.listen(port, host, () => {
      const address = server.address();
      if (address === null || typeof address !== 'object')
        return reject(new Error(`a server on ${host} that has no port: ${address}`));
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${address.port}/`);
    });
  });
}

function listenError(port: number, host: string, error: Error): Error {
  const code = systemCode(error) ?? '';
  const ofPort: Readonly<Record<string, string>> = {
    EADDRINUSE: 'another program uses it',
    EACCES: 'permission denied',
  };
  const ofHost = ['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EINVAL'];
  if (ofHost.includes(code))
    return new AdarandError(
      'serve.host',
      `--host ${host} is no address of this machine`,
      'Give one of its addresses; 0.0.0.0 is all of them.',
      error,
    );
  const reason = ofPort[code];
  if (reason === undefined) return error;
  const hint = 'Choose another --port; 0 takes one that is free.';
  return new AdarandError('serve.port', `Port ${port} cannot be used: ${reason}`, hint, error);
}
