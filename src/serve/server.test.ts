import assert from 'node:assert/strict';
import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as later } from 'node:timers/promises';
import { temporaryFolder } from '../../test/helpers/cli.js';
import { classes, given, json, post, raw, serve, token, until } from '../../test/helpers/serving.js';
import { startServer } from './server.js';

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

  test('under an address that names the server, as clients of a proxy send it', async () => {
    const server = await serve();
    const rest = 'HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n';
    for (const target of ['http://localhost/health', 'HTTP://localhost:80/health?x=1'])
      assert.match(await raw(server, `GET ${target} ${rest}\r\n`), /^HTTP\/1\.1 200 .*"health"/s, target);
    assert.match(await raw(server, `GET http://localhost ${rest}\r\n`), /^HTTP\/1\.1 200 .*a classifier of/s);
    assert.match(
      await raw(server, `POST http://localhost/predict?top=2 ${rest}Content-Length: 5\r\n\r\nimage`),
      /^HTTP\/1\.1 200 .*"prediction"/s,
    );
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
    await until(() => given.images === 1);
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
    await until(() => given.images === 1);
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
