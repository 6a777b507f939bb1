/** Predictions over HTTP, as the command serves them. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import {
  adarand,
  jsonLines,
  type Running,
  start,
  startWith,
  testFolder,
  writeImages,
  writeModel,
} from '../../test/helpers/cli.js';

const token = 'a-secret-of-the-tests';

interface Answer {
  readonly classes: readonly { readonly name: string; readonly probability: number }[];
}

const folder = testFolder();
const inside = folder.inside;

before(async () => {
  await writeImages(inside('colours'), 10);
  await writeModel(inside('tiny.onnx'));
  const flags = ['--model', 'tiny.onnx', '--no-tensorboard', '--epochs', '3', '--out', 'run'];
  assert.equal((await adarand(folder.path, 'train', 'colours', ...flags)).code, 0);
  assert.equal((await adarand(folder.path, 'export', 'run', '--to', 'my page', '--web')).code, 0);
});

interface Serving extends Running {
  readonly url: string;
  readonly ready: Readonly<Record<string, unknown>>;
}

/** Types `adarand serve --json` with these words, and waits until it is ready. */
async function serve(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Serving> {
  const running = startWith(env, folder.path, 'serve', ...words, '--port', '0', '--json');
  const ready = JSON.parse(await running.line(/"serving"/));
  return { ...running, ready, url: ready.url };
}

/** Presses Ctrl-C. */
async function end({ process, ended }: Running): Promise<void> {
  process.kill('SIGINT');
  const { code, stderr } = await ended;
  assert.equal(code, 0, stderr);
}

async function image(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(inside('colours', name)));
}

function post(
  url: string,
  body: Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${url}predict?top=3`, { method: 'POST', body, headers });
}

async function answerIn(response: Response): Promise<Answer> {
  assert.equal(response.status, 200);
  return JSON.parse(await response.text());
}

/** What `adarand predict` answers. */
async function predicted(name: string): Promise<Record<string, unknown>> {
  const { stdout } = await adarand(folder.path, 'predict', 'run', inside('colours', name), '--json');
  return jsonLines(stdout).find(({ type }) => type === 'prediction') ?? assert.fail(stdout);
}

function assertNear(found: Answer, { classes: expected }: Answer): void {
  assert.deepEqual(
    found.classes.map(({ name }) => name),
    expected.map(({ name }) => name),
  );
  for (const [i, { probability }] of found.classes.entries())
    assert.ok(Math.abs(probability - (expected[i]?.probability ?? Number.NaN)) < 1e-6);
}

test('a run answers for images as predict does, one and many at once', async () => {
  const server = await serve(['run']);
  const { url } = server;
  assert.deepEqual(server.ready, {
    type: 'serving',
    folder: 'run',
    url,
    page: false,
    predict: `${url}predict`,
  });
  const red = await image('red/00.png');
  const alone = await answerIn(await post(url, red));
  assert.deepEqual(alone, { ...(await predicted('red/00.png')), image: 'body' });
  assert.equal(alone.classes.length, 3);

  const other = await answerIn(await post(url, await image('blue/03.png')));
  assert.notDeepEqual(other, alone);
  const damaged = red.slice(0, 40);
  const bodies = Array.from({ length: 20 }, (_, i) => (i === 7 ? damaged : red));
  const responses = await Promise.all(bodies.map((body) => post(url, body)));
  for (const [i, response] of responses.entries()) {
    if (i !== 7) assertNear(await answerIn(response), alone);
    else {
      assert.equal(response.status, 400);
      const { code, message, hint } = JSON.parse(await response.text());
      assert.equal(code, 'predict.unreadable-image');
      assert.match(message, /^the image cannot be read: /);
      assert.match(hint, /--data-binary/);
    }
  }
  await end(server);
});

test('an exported folder has its page and its answers', async () => {
  const server = await serve(['my page']);
  assert.deepEqual([server.ready.page, server.ready.predict], [true, `${server.url}predict`]);
  assert.match(await (await fetch(server.url)).text(), /^<!doctype html>/i);
  assert.equal((await fetch(`${server.url}onnx/model.onnx`)).status, 200);
  const found = await answerIn(await post(server.url, await image('red/00.png')));
  const { classes } = await predicted('red/00.png');
  assert.ok(Array.isArray(classes));
  assertNear(found, { classes });
  await end(server);
});

test('the line that is printed works where it is typed', async (context) => {
  const server = start(folder.path, 'serve', 'run', '--port', '0');
  const [, line = ''] = /^classify an image: (curl .*)$/.exec(await server.line(/^classify/)) ?? [];
  const page = /^run is at (http:\S+) \(only on this machine\); Ctrl-C ends it$/;
  const [, url = ''] = page.exec(await server.line(/ is at /)) ?? [];
  const help = await (await fetch(url)).text();
  assert.ok(help.includes(line), help);
  try {
    const typed = line.replace('IMAGE', 'colours/red/00.png');
    const { stdout } = await promisify(execFile)('sh', ['-c', typed], { cwd: folder.path });
    assert.deepEqual(JSON.parse(stdout), { ...(await predicted('red/00.png')), image: 'body' });
  } catch (error) {
    if (!String(error).includes('not found')) throw error;
    context.skip('no curl');
  }
  await end(server);
  assert.match((await server.ended).stderr, /^ends when what was asked is answered; press Ctrl-C again/m);
});

test('Ctrl-C ends it when what was asked is answered; what hangs is not waited for', async () => {
  const server = await serve(['run']);
  const red = await image('red/00.png');
  const hanging = fetch(`${server.url}predict`, {
    method: 'POST',
    body: new ReadableStream({ start: (controller) => controller.enqueue(red.slice(0, 9)) }),
    ...{ duplex: 'half' },
  });
  const answers = Array.from({ length: 30 }, () => post(server.url, red));
  const others = Promise.allSettled(answers);
  const refused = assert.rejects(hanging);
  await answers[0];
  const before = performance.now();
  await end(server);
  assert.ok(performance.now() - before < 20_000);
  await refused;
  // What had not come to the server yet is refused with its connection; nothing is answered wrongly.
  const settled = await others;
  assert.equal(settled[0]?.status, 'fulfilled');
  for (const outcome of settled) if (outcome.status === 'fulfilled') await answerIn(outcome.value);
});

test('its process that was killed is started again', {
  skip: process.platform !== 'linux' && 'it finds the process in /proc',
}, async () => {
  const server = await serve(['run']);
  const { pid } = server.process;
  const child = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
  const red = await image('red/00.png');
  const expected = await answerIn(await post(server.url, red));
  process.kill(child, 'SIGKILL');
  const statuses: number[] = [];
  for (let i = 0; i < 20 && statuses.at(-1) !== 200; i++) {
    const response = await post(server.url, red);
    statuses.push(response.status);
    if (response.status === 200) assert.deepEqual(await answerIn(response), expected);
    else assert.equal(response.headers.get('retry-after'), '1');
  }
  assert.equal(statuses.at(-1), 200);
  assert.ok(
    statuses.slice(0, -1).every((status) => status === 503),
    String(statuses),
  );
  await end(server);
});

test('others reach it with a token only', async () => {
  const none = await adarand(folder.path, 'serve', 'run', '--host', '0.0.0.0');
  assert.equal(none.code, 2);
  assert.match(
    none.stderr,
    /^error: with --host 0\.0\.0\.0, others than this machine reach the server: it needs a token\nhint: Set ADARAND_TOKEN/,
  );
  const short = await adarand(folder.path, 'serve', 'run', '--token', 'short');
  assert.match(short.stderr, /^error: --token must be one word of at least 16 characters\n/);
  const wrong = await startWith({ ADARAND_TOKEN: 'two words' }, folder.path, 'serve', 'run').ended;
  assert.match(wrong.stderr, /^error: ADARAND_TOKEN must be one word of at least 16 characters\n/);
  const site = await adarand(folder.path, 'serve', 'run', '--origin', 'flowers.example');
  assert.match(site.stderr, /^error: --origin flowers\.example is not the address of a web site\n/);

  const server = await serve(['run', '--host', '0.0.0.0'], { ADARAND_TOKEN: token });
  const url = server.url.replace('0.0.0.0', '127.0.0.1');
  const red = await image('red/00.png');
  assert.equal((await post(url, red)).status, 401);
  await answerIn(await post(url, red, { authorization: `Bearer ${token}` }));
  await end(server);
  const { stdout, stderr } = await server.ended;
  assert.ok(!`${stdout}${stderr}`.includes(token));
});

test('a run that is not finished says so', async () => {
  await cp(inside('run'), inside('begun'), { recursive: true });
  for (const file of ['summary.json', 'model.onnx']) await rm(inside('begun', file));
  const server = await serve(['begun']);
  const [said] = jsonLines(await server.line(/"unfinished"/));
  assert.deepEqual([said?.path, said?.epochs], ['begun', 3]);
  await answerIn(await post(server.url, await image('red/00.png')));
  await end(server);
});

test('what cannot be served is refused before anything is', async () => {
  const refused = async (words: readonly string[], code: string, message: RegExp) => {
    const { stdout, stderr, code: exit } = await adarand(folder.path, 'serve', ...words, '--json');
    assert.equal(exit, 2, stderr);
    assert.equal(jsonLines(stdout).at(-1)?.code, code);
    assert.match(stderr, message);
  };
  await refused(['colours'], 'serve.nothing', /^error: colours has nothing to serve: neither run\.json nor/);
  await cp(inside('run'), inside('damaged'), { recursive: true });
  await writeFile(inside('damaged', 'model.onnx'), 'nothing');
  await refused(['damaged'], 'model.damaged', /^error: /);
  await refused(['run', '--max-megabytes', '0'], 'config.invalid', /--max-megabytes must be greater than 0/);
});

test('a page without a classifier is served, and what that makes vain is refused', async () => {
  await cp(inside('my page'), inside('other'), { recursive: true });
  await writeFile(inside('other', 'config.json'), '{"name": "of another program"}');
  const server = await serve(['other']);
  const [said] = jsonLines(await server.line(/"remark"/));
  assert.match(String(said?.text), /^Only the page is served, no classifier: /);
  assert.equal(server.ready.predict, undefined);
  assert.equal((await fetch(server.url)).status, 200);
  assert.equal((await post(server.url, await image('red/00.png'))).status, 404);
  await end(server);
  await rm(inside('other', 'config.json'));
  const vain = await adarand(folder.path, 'serve', 'other', '--threads', '2', '--max-megabytes', '3');
  assert.match(vain.stderr, /^error: --threads and --max-megabytes would have no effect: other has a page/);
});
