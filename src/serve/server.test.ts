import assert from 'node:assert/strict';
import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import { setTimeout as later } from 'node:timers/promises';
import { temporaryFolder } from '../../test/helpers/cli.js';
import { AdarandError } from '../errors.js';
import type { Access } from './access.js';
import type { ImageClassifier } from './predict-route.js';
import { routesOf } from './routes.js';
import { type Patience, patience, type RunningServer, startServer } from './server.js';

const classes = [{ name: 'red', probability: 1 }];
const token = 'a-secret-of-the-tests';
const servers: RunningServer[] = [];
/** Images that the classifier of the last server was given. */
let images = 0;
const reported: unknown[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

interface Given {
  readonly predict?: ImageClassifier['predict'];
  readonly access?: Partial<Access>;
  readonly page?: string;
  readonly maxBytes?: number;
  readonly maxWaiting?: number;
  readonly patient?: Partial<Patience>;
}

/** A server whose classifier answers at once, if no other is given. */
async function serve(given: Given = {}): Promise<RunningServer> {
  const { predict = async () => classes, access, page, patient, maxBytes = 1000, maxWaiting = 64 } = given;
  images = 0;
  const counted: ImageClassifier['predict'] = (image, options) => {
    images += 1;
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

function post(
  url: string,
  body: string | Uint8Array<ArrayBuffer> = 'image',
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${url}predict`, { method: 'POST', body, headers });
}

/** Sends text as it is, and resolves with what comes back until the connection ends. */
function raw({ url }: RunningServer, text: string): Promise<string> {
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
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
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

async function json(response: Response): Promise<Answer> {
  return JSON.parse(await response.text());
}

async function refused(response: Response, status: number, code: string): Promise<Response> {
  const { type, code: found } = await json(response);
  assert.deepEqual([response.status, type, found], [status, 'error', code]);
  assert.equal(response.headers.get('content-type'), 'application/json');
  return response;
}

describe('requests that are answered', () => {
  test('an image, as predict --json does, with as many classes as are asked for', async () => {
    const asked: unknown[] = [];
    const { url } = await serve({
      predict: async (image, { top }) => {
        asked.push([Buffer.from(image).toString(), top]);
        return classes;
      },
    });
    const response = await post(url, 'bytes');
    assert.deepEqual(await json(response), { type: 'prediction', image: 'body', classes });
    assert.equal((await fetch(`${url}predict?top=2`, { method: 'POST', body: 'more' })).status, 200);
    assert.deepEqual(asked, [
      ['bytes', 5],
      ['more', 2],
    ]);
  });

  test('what is served, and that it is there', async () => {
    const { url } = await serve();
    const help = await (await fetch(url)).text();
    assert.match(help, /^run: a classifier of 2 classes\./);
    assert.ok(help.includes(`curl --data-binary @IMAGE '${url}predict?top=3'`), help);
    assert.deepEqual(await json(await fetch(`${url}health`)), { type: 'health', status: 'ok' });
    const head = await fetch(`${url}health`, { method: 'HEAD' });
    assert.equal(head.status, 200);
    assert.equal(await head.text(), '');
  });

  test('twenty at once', async () => {
    const { url } = await serve({
      predict: async (image) => {
        await later(20);
        return [{ name: Buffer.from(image).toString(), probability: 1 }];
      },
    });
    const numbers = Array.from({ length: 20 }, (_, i) => `${i}`);
    const answers = await Promise.all(numbers.map(async (number) => json(await post(url, number))));
    assert.deepEqual(
      answers.map((answer) => answer.classes?.[0]?.name),
      numbers,
    );
  });

  test('one that waits to be told to send its image', async () => {
    const server = await serve({ patient: { idle: 300 } });
    const head = `POST /predict HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nConnection: close\r\n`;
    const small = await raw(server, `${head}Content-Length: 5\r\n\r\nimage`);
    assert.match(small, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
    const large = await raw(server, `${head}Content-Length: 5000\r\n\r\n`);
    assert.match(large, /^HTTP\/1\.1 413 /);
  });
});

describe('requests that are refused', () => {
  test('by address and method', async () => {
    const { url } = await serve();
    await refused(await fetch(`${url}nothing`), 404, 'serve.nothing-there');
    await refused(await fetch(`${url}predict/`, { method: 'POST', body: 'x' }), 404, 'serve.nothing-there');
    for (const [path, method, allow] of [
      ['predict', 'GET', 'POST'],
      ['predict', 'HEAD', 'POST'],
      ['predict', 'OPTIONS', 'POST'],
      ['', 'POST', 'GET, HEAD'],
      ['health', 'DELETE', 'GET, HEAD'],
    ] as const) {
      const response = await fetch(url + path, { method });
      if (method === 'HEAD') assert.equal(response.status, 405);
      else await refused(response, 405, 'serve.method');
      assert.equal(response.headers.get('allow'), allow);
    }
  });

  test('by what is asked', async () => {
    const { url } = await serve();
    const ask = (query: string) => fetch(`${url}predict?${query}`, { method: 'POST', body: 'image' });
    for (const [query, message] of [
      ['top=0', 'top must be at least 1, not 0'],
      ['top=many', 'top must be a number, not "many"'],
      ['top=', 'top must be a number, not ""'],
      ['tpo=2', 'there is no option tpo. Did you mean "top"?'],
      ['top=1&top=2', 'top is given twice'],
    ] as const) {
      const response = await ask(query);
      const { code, message: said, hint } = await json(response);
      assert.deepEqual([response.status, code, said], [400, 'config.invalid', message]);
      assert.equal(hint, 'Write it as /predict?top=3.');
    }
  });

  test('by what is sent', async () => {
    const { url } = await serve();
    for (const type of ['multipart/form-data; boundary=x', 'application/json'])
      await refused(await post(url, 'image', { 'content-type': type }), 415, 'serve.content');
    await refused(await post(url, 'image', { 'content-encoding': 'gzip' }), 415, 'serve.content');
    // What curl says of a file.
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    assert.equal((await post(url, 'image', form)).status, 200);
  });

  test('an image that cannot be read', async () => {
    const { url } = await serve({
      predict: async () => {
        throw new AdarandError(
          'predict.unreadable-image',
          'the image cannot be read: empty file',
          'Formats.',
        );
      },
    });
    const response = await post(url);
    assert.equal(response.status, 400);
    const { message, hint } = await json(response);
    assert.equal(message, 'the image cannot be read: empty file');
    assert.equal(hint, 'Formats. With curl, --data-binary sends a file as it is; -d does not.');
  });

  test('one that is too large, before it is read or as soon as that shows', async () => {
    const server = await serve();
    const head = 'POST /predict HTTP/1.1\r\nHost: localhost\r\n';
    const before = performance.now();
    assert.match(
      await raw(server, `${head}Content-Length: 200000000\r\n\r\n`),
      /^HTTP\/1\.1 413 .*"serve\.too-large"/s,
    );
    assert.ok(performance.now() - before < 20_000);
    const chunk = `200\r\n${'x'.repeat(512)}\r\n`;
    assert.match(
      await raw(server, `${head}Transfer-Encoding: chunked\r\n\r\n${chunk}${chunk}`),
      /^HTTP\/1\.1 413 .*the image has more than 1 kB/s,
    );
    // Who sends all of it can read the answer.
    await refused(await post(server.url, new Uint8Array(200_000)), 413, 'serve.too-large');
    assert.equal((await post(server.url)).status, 200);
  });

  test('when too many wait already; later, they are answered', async () => {
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { url } = await serve({ maxWaiting: 2, predict: () => answered.then(() => classes) });
    const first = [post(url), post(url)];
    await until(() => images === 2);
    const busy = await refused(await post(url), 503, 'serve.busy');
    assert.equal(busy.headers.get('retry-after'), '1');
    assert.equal((await fetch(`${url}health`)).status, 200);
    answer();
    for (const response of await Promise.all(first)) assert.equal(response.status, 200);
    assert.equal((await post(url)).status, 200);
  });

  test('when the memory for images is full', async () => {
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { url } = await serve({ predict: () => answered.then(() => classes) });
    const large = new Uint8Array(1000);
    const first = Array.from({ length: 8 }, () => post(url, large));
    await until(() => images === 8);
    await refused(await post(url), 503, 'serve.busy');
    answer();
    await Promise.all(first);
    assert.equal((await post(url, large)).status, 200);
  });

  test('when the process crashed, or something is wrong inside', async () => {
    const errors = [
      new AdarandError('process.crashed', 'the process crashed'),
      new AdarandError('predict.not-finite', 'not finite'),
      new Error('a secret of the code'),
    ];
    const { url } = await serve({
      predict: async () => {
        throw errors.shift();
      },
    });
    const crashed = await refused(await post(url), 503, 'process.crashed');
    assert.equal(crashed.headers.get('retry-after'), '1');
    await refused(await post(url), 500, 'predict.not-finite');
    reported.length = 0;
    const wrong = await post(url);
    assert.equal(wrong.status, 500);
    assert.doesNotMatch(await wrong.text(), /secret/);
    assert.match(String(reported), /a secret of the code/);
  });
});

describe('who is answered', () => {
  const from = (server: RunningServer, ...headers: readonly string[]) =>
    raw(server, `${['GET / HTTP/1.1', ...headers, 'Connection: close'].join('\r\n')}\r\n\r\n`);

  test('who asks for this machine by its name, and not by one that only leads here', async () => {
    const server = await serve();
    const { port } = new URL(server.url);
    for (const host of ['localhost', `localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`])
      assert.match(await from(server, `Host: ${host}`), /^HTTP\/1\.1 200 /, host);
    for (const host of ['evil.example', `localhost.evil.example:${port}`, '127.0.0.1.evil.example', ''])
      assert.match(await from(server, `Host: ${host}`), /^HTTP\/1\.1 403 .*"serve\.host"/s, host);
    assert.match(await from(server), /^HTTP\/1\.1 400 /);
    assert.match(
      await raw(server, 'GET http://localhost/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n'),
      /^HTTP\/1\.1 403 /,
    );
  });

  test('pages of its own, and those that are named', async () => {
    const closed = await serve();
    const { host } = new URL(closed.url);
    const own = { origin: `http://${host}` };
    assert.equal((await post(closed.url, 'x', own)).headers.get('access-control-allow-origin'), null);
    assert.equal((await post(closed.url, 'x', own)).status, 200);
    for (const origin of ['https://flowers.example', 'null', 'http://localhost:1'])
      await refused(await post(closed.url, 'x', { origin }), 403, 'serve.origin');

    const open = await serve({ access: { origins: ['https://flowers.example'], token } });
    const origin = 'https://flowers.example';
    const asked = await fetch(`${open.url}predict`, { method: 'OPTIONS', headers: { origin } });
    assert.equal(asked.status, 204);
    assert.equal(asked.headers.get('access-control-allow-headers'), 'authorization, content-type');
    const headers = { origin, authorization: `Bearer ${token}` };
    const answer = await post(open.url, 'x', headers);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('access-control-allow-origin'), origin);
    assert.equal(answer.headers.get('vary'), 'Origin');
    // The page reads why, too.
    const wrong = await post(open.url, 'x', { origin });
    assert.equal(wrong.headers.get('access-control-allow-origin'), origin);
    await refused(
      await post(open.url, 'x', { ...headers, origin: 'https://x.example' }),
      403,
      'serve.origin',
    );
  });

  test('who has the token; everybody hears that the server is there', async () => {
    const { url } = await serve({ access: { token } });
    const basic = (password: string) => `Basic ${Buffer.from(`me:${password}`).toString('base64')}`;
    for (const authorization of [`Bearer ${token}`, `bearer ${token}`, basic(token)])
      assert.equal((await post(url, 'x', { authorization })).status, 200, authorization);
    for (const authorization of [`Bearer ${token}x`, `Bearer ${token.slice(1)}`, basic('x'), token, 'Bearer'])
      await refused(await post(url, 'x', { authorization }), 401, 'serve.token');
    const missing = await refused(await post(url), 401, 'serve.token');
    assert.match(String(missing.headers.get('www-authenticate')), /^Bearer, Basic realm="adarand"/);
    for (const path of ['', 'nothing']) await refused(await fetch(url + path), 401, 'serve.token');
    assert.equal((await fetch(`${url}health`)).status, 200);
  });
});

describe('clients that hang', () => {
  const quick = { headers: 2000, request: 4000 };
  const head = 'POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n\r\n';

  test('are ended, and meanwhile others are answered', async () => {
    const server = await serve({ patient: quick });
    const hanging = [
      raw(server, 'POST /predict HTTP/1.1\r\nHost: loc'),
      raw(server, `${head}half`),
      raw(server, ''),
    ];
    for (let i = 0; i < 5; i++) assert.equal((await post(server.url)).status, 200);
    const [headers, body] = await Promise.all(hanging.slice(0, 2));
    assert.match(headers ?? '', /^HTTP\/1\.1 408 /);
    assert.match(body ?? '', /^HTTP\/1\.1 408 |^$/);
  });

  test('or are cut off leave nothing behind', async () => {
    const server = await serve();
    const { hostname, port } = new URL(server.url);
    for (let i = 0; i < 30; i++)
      await new Promise<void>((resolve) => {
        const socket = connect(Number(port), hostname, () =>
          socket.write(head + 'x'.repeat(800), () => {
            socket.destroy();
            resolve();
          }),
        );
      });
    await until(async () => (await post(server.url, new Uint8Array(1000))).status === 200);
    // All of the memory is free again.
    const large = Array.from({ length: 8 }, () => post(server.url, new Uint8Array(1000)));
    for (const response of await Promise.all(large)) assert.equal(response.status, 200);
  });
});

test('a client that goes before its answer is there leaves nothing behind', async () => {
  const { url } = await serve({
    maxWaiting: 2,
    predict: async () => {
      await later(300);
      return classes;
    },
  });
  for (let i = 0; i < 2; i++) {
    const going = new AbortController();
    const gone = assert.rejects(fetch(`${url}predict`, { method: 'POST', body: 'x', signal: going.signal }));
    await until(() => images === i + 1);
    going.abort();
    await gone;
  }
  reported.length = 0;
  await until(async () => (await post(url)).status === 200);
  assert.deepEqual(reported, []);
});

describe('the end of a server', () => {
  test('comes after the answers that are on their way', async () => {
    const server = await serve({
      patient: { end: 60_000 },
      predict: async () => {
        await later(500);
        return classes;
      },
    });
    const answer = post(server.url);
    await until(() => images === 1);
    const closed = server.close();
    await assert.rejects(post(server.url));
    assert.equal((await answer).status, 200);
    const before = performance.now();
    await closed;
    assert.ok(performance.now() - before < 20_000);
  });

  test('does not wait for those that hang, but for an answer that takes longer', async () => {
    const server = await serve({
      patient: { end: 300 },
      predict: async () => {
        await later(1500);
        return classes;
      },
    });
    const hanging = [
      raw(server, 'POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx'),
      raw(server, 'POST /predict HTTP/1.1\r\nHost: loc'),
    ];
    const answer = post(server.url);
    await until(() => images === 1);
    await server.close();
    assert.deepEqual(await Promise.all(hanging), ['', '']);
    assert.equal((await answer).status, 200);
  });
});

test('a page is given besides, and nothing from outside its folder', async () => {
  const folder = await temporaryFolder();
  try {
    const root = join(await realpath(folder.path), 'page');
    await mkdir(root);
    await writeFile(join(root, 'index.html'), '<p>');
    await writeFile(join(folder.path, 'secret.txt'), 'secret');
    await symlink(join(folder.path, 'secret.txt'), join(root, 'link.txt'));
    const server = await serve({ page: root });
    const page = await fetch(server.url);
    assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8');
    assert.equal(await page.text(), '<p>');
    assert.equal((await post(server.url)).status, 200);
    for (const path of ['/../secret.txt', '/..%2fsecret.txt', '/link.txt', '//secret.txt', '/%', '/%00', '*'])
      assert.match(
        await raw(server, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`),
        /^HTTP\/1\.1 40[04] /,
        path,
      );
  } finally {
    await folder.remove();
  }
});

test('an address that is none, or taken', async () => {
  const { url } = await serve();
  const options = { access: { token, origins: [], host: 'localhost' }, report: () => {} };
  const none = () => undefined;
  await assert.rejects(
    startServer(() => none, { ...options, port: Number(new URL(url).port) }),
    {
      code: 'serve.port',
    },
  );
  const elsewhere = { ...options, port: 0, access: { ...options.access, host: '192.0.2.1' } };
  await assert.rejects(
    startServer(() => none, elsewhere),
    {
      code: 'serve.host',
      message: '--host 192.0.2.1 is no address of this machine',
    },
  );
});
