/** Servers on this machine whose classifier the tests give, and clients that send what they like; each server ends with its test. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { afterEach } from 'node:test';
import { setTimeout as later } from 'node:timers/promises';
import type { Access } from '../../src/serve/access.js';
import type { ImageClassifier } from '../../src/serve/predict-route.js';
import { routesOf } from '../../src/serve/routes.js';
import { type Patience, patience, type RunningServer, startServer } from '../../src/serve/server.js';

export const classes = [{ name: 'red', probability: 1 }];
export const token = 'a-secret-of-the-tests';
const servers: RunningServer[] = [];
/** Images that the classifier of the last server was given. */
export const given = { images: 0 };
/** Errors that servers reported. */
export const reported: unknown[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

export interface Given {
  readonly predict?: ImageClassifier['predict'];
  readonly access?: Partial<Access>;
  readonly page?: string;
  readonly maxBytes?: number;
  readonly maxWaiting?: number;
  readonly patient?: Partial<Patience>;
}

/** A server whose classifier answers at once, if no other is given. */
export async function serve(wanted: Given = {}): Promise<RunningServer> {
  const { predict = async () => classes, access, page, patient, maxBytes = 1000, maxWaiting = 64 } = wanted;
  given.images = 0;
  const counted: ImageClassifier['predict'] = (image, options) => {
    given.images += 1;
    return predict(image, options);
  };
  const own = { token: undefined, origins: [], host: 'localhost', ...access };
  const limits = { maxBytes, maxWaiting, needsToken: own.token !== undefined };
  const server = await startServer(
    (url) =>
      routesOf(
        { folder: 'run', page, classifier: { classes: ['red', 'blue'], predict: counted } },
        { url, ...limits },
      ),
    {
      port: 0,
      access: own,
      patience: { ...patience, refused: 200, end: 500, ...patient },
      report: (error) => reported.push(error),
    },
  );
  servers.push(server);
  return server;
}

export function post(
  url: string,
  body: string | Uint8Array<ArrayBuffer> = 'image',
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${url}predict`, { method: 'POST', body, headers });
}

/** Sends text as it is, and resolves with what comes back until the connection ends. */
export function raw({ url }: RunningServer, text: string): Promise<string> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    let received = '';
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket
      .setEncoding('utf8')
      .on('data', (more: string) => {
        received += more;
      })
      .on('error', () => {})
      .on('close', () => resolve(received));
  });
}

/** Machines that run tests may be slow. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await condition())) {
    assert.ok(performance.now() < deadline, 'it takes too long');
    await later(10);
  }
}

interface Answer {
  readonly type: string;
  readonly code?: string;
  readonly message?: string;
  readonly hint?: string;
  readonly classes?: typeof classes;
}

export async function json(response: Response): Promise<Answer> {
  return JSON.parse(await response.text());
}

export async function refused(response: Response, status: number, code: string): Promise<Response> {
  const { type, code: found } = await json(response);
  assert.deepEqual([response.status, type, found], [status, 'error', code]);
  assert.equal(response.headers.get('content-type'), 'application/json');
  return response;
}
