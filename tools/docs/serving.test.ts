/** The programs of docs/serving.md, typed into files as they are printed. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { setTimeout as later } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { train } from '../../src/index.js';
import { packageFolder } from '../../src/package.js';
import { bundled, testFolder, writeImages, writeModel } from '../../test/helpers/cli.js';

const root = packageFolder();
const files = ['plain.mjs', 'common.cjs', 'express.mjs', 'route.mjs', 'next.config.mjs'] as const;

const folder = testFolder();
const inside = folder.inside;

before(async () => {
  await writeImages(inside('photos'), 8);
  await writeModel(inside('tiny.onnx'));
  await train({
    data: inside('photos'),
    model: inside('tiny.onnx'),
    epochs: 2,
    out: inside('runs/flowers'),
  });
  await cp(inside('photos/red/00.png'), inside('flower.jpg'));
  await cp(inside('photos/blue/00.png'), inside('other.jpg'));
  const text = await readFile(join(root, 'docs/serving.md'), 'utf8');
  const programs = Array.from(text.matchAll(/^```js\n([\s\S]*?)^```/gm), ([, code = '']) => code);
  assert.equal(programs.length, files.length);
  for (const [i, file] of files.entries()) await writeFile(inside(file), programs[i] ?? '');
  // The program as it is bundled here, under the package's name.
  const installed = inside('node_modules', 'adarand');
  await mkdir(installed, { recursive: true });
  await writeFile(join(installed, 'package.json'), '{ "type": "module", "exports": "./index.js" }');
  const compiled = pathToFileURL(bundled('index')).href;
  await writeFile(join(installed, 'index.js'), `export * from '${compiled}';\n`);
});

/** Starts a program there; `printed` is what it has printed so far. */
function started(file: string, env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [file], {
    cwd: folder.path,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (more: string) => {
      text += more;
    });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, ended, printed: () => text };
}

const image = async (name: string) => new Uint8Array(await readFile(inside(name)));

test('in a plain program, and in CommonJS', async () => {
  const plain = started('plain.mjs');
  assert.equal(await plain.ended, 0, plain.printed());
  assert.match(plain.printed(), /^(red|green|blue) 0\.\d+\n$/);
  const common = started('common.cjs');
  assert.equal(await common.ended, 0, common.printed());
  assert.match(common.printed(), /^(?:(?:red|green|blue)\n){2}$/);
  assert.equal(common.printed().split('\n')[0], plain.printed().split(' ')[0]);
});

test('in Express', async (context) => {
  if (!isInstalled('express')) return context.skip('the package express is not installed');
  await symlink(join(root, 'node_modules', 'express'), inside('node_modules', 'express'));
  const port = await freePort();
  const { child, ended, printed } = started('express.mjs', { PORT: String(port) });
  const post = (body: Uint8Array<ArrayBuffer>) =>
    fetch(`http://localhost:${port}/classify`, { method: 'POST', body });
  const flower = await image('flower.jpg');
  try {
    const response = await eventually(() => post(flower), printed);
    const classes = JSON.parse(await response.text());
    assert.equal(response.status, 200, printed());
    assert.equal(classes.length, 3);
    assert.ok(classes[0].probability > 0.3);
    for (const bad of [flower.slice(0, 30), new Uint8Array(0)]) {
      const refused = await post(bad);
      assert.equal(refused.status, 400);
      assert.equal(JSON.parse(await refused.text()).code, 'predict.unreadable-image');
    }
    // Without a body, and without its length.
    assert.match(await bare(port), /^HTTP\/1\.1 400 [\s\S]*"predict\.no-image"/);
    assert.equal((await post(new Uint8Array(26 * 2 ** 20))).status, 413);
  } finally {
    child.kill();
    await ended;
  }
});

test('in a route handler of Next.js', async () => {
  const cwd = process.cwd();
  process.chdir(folder.path);
  try {
    const { POST, runtime } = await import(pathToFileURL(inside('route.mjs')).href);
    assert.equal(runtime, 'nodejs');
    const ask = async (body: Uint8Array<ArrayBuffer>): Promise<Response> =>
      POST(new Request('http://localhost/classify', { method: 'POST', body }));
    const answers = await Promise.all(
      ['flower.jpg', 'other.jpg'].map(async (name) => ask(await image(name))),
    );
    for (const answer of answers) {
      assert.equal(answer.status, 200);
      assert.equal(JSON.parse(await answer.text()).length, 3);
    }
    const refused = await ask(new Uint8Array(5));
    assert.equal(refused.status, 400);
    const { code, message } = JSON.parse(await refused.text());
    assert.deepEqual(
      [code, message.slice(0, 27)],
      ['predict.unreadable-image', 'the image cannot be read: n'],
    );
    const config = await import(pathToFileURL(inside('next.config.mjs')).href);
    assert.deepEqual(config.default.serverExternalPackages, ['adarand']);
  } finally {
    process.chdir(cwd);
  }
});

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** What is answered to a request without a body. */
async function bare(port: number): Promise<string> {
  const socket = connect(port, 'localhost').setEncoding('utf8');
  socket.write('POST /classify HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  let text = '';
  for await (const more of socket) text += more;
  return text;
}

/** A port that nobody uses. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** What a server answers when it is there. */
async function eventually(ask: () => Promise<Response>, printed: () => string): Promise<Response> {
  for (let i = 0; i < 600; i++) {
    try {
      return await ask();
    } catch {
      await later(100);
    }
  }
  throw new Error(`the program does not answer: ${printed()}`);
}
