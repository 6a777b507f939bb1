/** Clients that hang, or go. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { setTimeout as later } from 'node:timers/promises';
import { classes, given, post, raw, reported, serve, until } from '../../test/helpers/serving.js';

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
    assert.match(headers ?? '', /^HTTP\/1\.1 408 Request Timeout\r\n/);
    assert.match(
      headers ?? '',
      /\r\nContent-Type: application\/json\r\n.*\r\n\r\n\{"type":"error","code":"serve\.timeout",.*\}\n$/s,
    );
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

test('what is no request is told so, as JSON', async () => {
  const server = await serve();
  for (const [text, status, code] of [
    ['nonsense\r\n\r\n', 400, 'serve.malformed'],
    ['POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n', 400, 'serve.malformed'],
    [`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`, 431, 'serve.headers'],
  ] as const) {
    const answer = await raw(server, text);
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    assert.match(head, new RegExp(`^HTTP/1\\.1 ${status} `));
    assert.match(head, /^Connection: close\r?$/m);
    const { type, code: said, hint } = JSON.parse(body);
    assert.deepEqual([type, said, typeof hint], ['error', code, 'string']);
  }
  assert.equal((await post(server.url)).status, 200);
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
    await until(() => given.images === i + 1);
    going.abort();
    await gone;
  }
  reported.length = 0;
  await until(async () => (await post(url)).status === 200);
  assert.deepEqual(reported, []);
});
