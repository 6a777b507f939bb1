/** Requests that are refused, and that what is left of them takes nothing from others. */
import assert from 'node:assert/strict';
import { realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryFolder } from '../../test/helpers/cli.js';
import {
  classes,
  given,
  json,
  post,
  raw,
  refused,
  reported,
  serve,
  until,
} from '../../test/helpers/serving.js';
import { AdarandError } from '../errors.js';

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

  test('where there is nothing, for each method, also beside a page', async () => {
    const folder = await temporaryFolder();
    const page = await realpath(folder.path);
    await writeFile(join(page, 'index.html'), 'page');
    const { url } = await serve({ page });
    for (const method of ['GET', 'POST', 'DELETE'])
      for (const path of ['nothing', 'predict/', 'health/'])
        await refused(await fetch(url + path, { method }), 404, 'serve.nothing-there');
    for (const path of ['', 'index.html']) {
      const response = await refused(await fetch(url + path, { method: 'POST' }), 405, 'serve.method');
      assert.equal(response.headers.get('allow'), 'GET, HEAD');
    }
    await folder.remove();
  });

  test('without a Host, or with what cannot be expected, in the JSON of any other error', async () => {
    const server = await serve();
    assert.match(
      await raw(server, 'GET /health HTTP/1.1\r\n\r\n'),
      /^HTTP\/1\.1 400 .*"code":"serve\.malformed","message":"the request has no header Host"/s,
    );
    const head = 'GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n';
    assert.match(
      await raw(server, `${head}Expect: a-miracle\r\n\r\n`),
      /^HTTP\/1\.1 417 .*"code":"serve\.expect","message":"the request expects a-miracle"/s,
    );
    assert.match(await raw(server, `${head}\r\n`), /^HTTP\/1\.1 200 /);
    assert.match(await raw(server, 'GET /health HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200 /);
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
    await until(() => given.images === 2);
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
    await until(() => given.images === 8);
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
