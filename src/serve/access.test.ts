/** Who is answered. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { post, raw, refused, serve, token } from '../../test/helpers/serving.js';
import type { RunningServer } from './server.js';

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
