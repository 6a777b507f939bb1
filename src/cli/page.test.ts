/** The page of an exported classifier, served as export says, in a real browser. */
import assert from 'node:assert/strict';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { noBrowser, startBrowser, type Visit, visit } from '../../test/helpers/browser.js';
import { startWith } from '../../test/helpers/cli.js';
import { answerOf, assertAlike, type ExportedPage, exportedPage } from '../../test/helpers/exported-page.js';
import { editable, scene } from '../../test/helpers/scenes.js';

/** Names of classes that a page must show as they are. */
const hostile: Readonly<Record<string, string>> = {
  blue: `<img src=x onerror=console.log('no')>`,
  green: `"it's" & <b>`,
  red: 'חתול 🐈‍⬛',
};

let exported: ExportedPage;
let url = '';
const inside = (...parts: readonly string[]) => exported.inside(...parts);

before(async () => {
  exported = await exportedPage(72, hostile);
  ({ url } = exported);
});
after(() => exported.end());

test('what the page loads is beside it, and servers know its type', async () => {
  const page = await readFile(inside('my page', 'index.html'), 'utf8');
  const linked = Array.from(
    page.matchAll(/(?:src|href)="(?!data:|http:\/\/localhost)([^"]*)"/g),
    ([, path = '']) => path,
  );
  assert.deepEqual(linked, [
    'web/page/colours.css',
    'web/page/style.css',
    'web/page/main.js',
    'web/page/not-served.js',
  ]);
  const files = await readdir(inside('my page', 'web'), { recursive: true });
  for (const path of [
    ...linked,
    ...files.filter((name) => /\.\w+$/.test(name)).map((name) => `web/${name}`),
  ]) {
    const response = await fetch(new URL(path.replaceAll('\\', '/'), url));
    assert.equal(response.status, 200, path);
    const type = response.headers.get('content-type');
    assert.match(
      String(type),
      { js: /javascript/, css: /css/, json: /json/, wasm: /wasm/ }[path.split('.').pop() ?? ''] ?? /none/,
    );
    await response.arrayBuffer();
  }
  assert.ok(!files.some((name) => /\.map$|\.ts$/.test(name)));
  const card = await readFile(inside('my page', 'README.md'), 'utf8');
  assert.match(card, /^## In a browser\n\nWhere this folder has an `index\.html`, that is a page/m);
});

describe('in a browser', { skip: noBrowser }, () => {
  let browser: Browser;
  before(async () => {
    browser = await startBrowser();
  });
  after(() => browser.close());

  const give = (page: Page, ...files: readonly string[]) => exported.give(page, ...files);
  const assertQuiet = async ({ page, printed, requested }: Visit) => {
    assert.deepEqual(printed, []);
    assert.deepEqual(
      requested.filter((address) => !address.startsWith(url) && !/^(data|blob):/.test(address)),
      [],
    );
    await page.context().close();
  };

  test("large photographs get predict's answers, whichever way they lie", async () => {
    const visited = await visit(browser, url);
    const { page } = visited;
    const shapes = [
      [1300, 900, 1],
      [900, 1300, 1],
      [1600, 1200, 6],
      [500, 500, 3],
      [90, 60, 1],
    ] as const;
    for (const [i, [width, height, orientation]] of shapes.entries()) {
      const file = `photograph-${i}.jpg`;
      const picture = editable(await scene(i + 1, width, height)).withMetadata({ orientation });
      await picture.jpeg({ quality: 90 }).toFile(inside(file));
      const expected = await exported.predicted(file);
      assert.ok(Math.max(...expected.values()) < 0.98, JSON.stringify([...expected]));
      await give(page, file);
      await page.locator('#results > li').nth(i).waitFor();
      assert.deepEqual(new Set(expected.keys()), new Set(Object.values(hostile)));
      assertAlike(await answerOf(page), expected, 0.01);
    }
    await assertQuiet(visited);
  });

  test('says what it is, and shows names as they are', async () => {
    const visited = await visit(browser, url);
    const { page } = visited;
    await page.locator('body[data-state=ready]').waitFor();
    assert.equal(await page.title(), 'my page');
    assert.match(
      await page.locator('#accuracy').innerText(),
      /^[\d.]+ % \(95 %: [\d.]+ to [\d.]+\) on \d+ test images$/,
    );
    await page.locator('summary').click();
    assert.deepEqual(
      new Set(await page.locator('#classes li').allTextContents()),
      new Set(Object.values(hostile)),
    );
    assert.equal(await page.locator('main img, header b').count(), 0);
    await assertQuiet(visited);
  });

  test('a name that would end a script is a name', async () => {
    const file = inside('my page', 'web', 'classifier.json');
    const before = await readFile(file, 'utf8');
    const name = '</script><script>console.log(1)</script>';
    const classifier = JSON.parse(before);
    await writeFile(
      file,
      JSON.stringify({ ...classifier, name, classes: [name, ...classifier.classes.slice(1)] }),
    );
    try {
      const visited = await visit(browser, url);
      await visited.page.locator('body[data-state=ready]').waitFor();
      assert.equal(await visited.page.title(), name);
      assert.equal(await visited.page.locator('h1').textContent(), name);
      assert.equal(await visited.page.locator('#classes li').first().textContent(), name);
      await assertQuiet(visited);
    } finally {
      await writeFile(file, before);
    }
  });

  test('several pictures in turn; of what is no picture, the reason', async () => {
    const photograph = await editable(await scene(1, 300, 200))
      .jpeg()
      .toBuffer();
    const clear = await editable(await scene(2, 300, 200))
      .ensureAlpha(0.4)
      .png()
      .toBuffer();
    await writeFile(inside('cut.jpg'), photograph.subarray(0, photograph.length / 2));
    await writeFile(inside('cut.png'), clear.subarray(0, clear.length / 2));
    await writeFile(inside('phone.heic'), Buffer.from('\0\0\0\x18ftypheic and so on'));
    await writeFile(inside('empty.jpg'), '');
    await writeFile(inside('text.jpg'), 'text');
    await writeFile(inside('clear.png'), clear);
    await editable({ width: 1, height: 1, channels: 3, data: Uint8Array.of(9, 8, 7) })
      .png()
      .toFile(inside('one.png'));
    const visited = await visit(browser, url);
    const { page } = visited;
    const unreadable = 'damaged, too large, or no picture that this browser reads';
    const reasons = {
      'cut.jpg': 'truncated or damaged',
      'cut.png': 'truncated or damaged',
      'phone.heic': 'HEIC, not supported: convert it to JPEG or PNG',
      'empty.jpg': 'empty file',
      'text.jpg': unreadable,
    };
    await give(page, ...Object.keys(reasons));
    await page.locator('#results > li.refused').nth(4).waitFor();
    assert.deepEqual(
      await page.locator('.refused').allInnerTexts(),
      Object.entries(reasons).map(([name, reason]) => `${name}\n\nNot classified: ${reason}.`),
    );
    for (const file of ['one.png', 'clear.png']) {
      await give(page, file);
      const expected = await exported.predicted(file);
      await page.locator('.answer h2', { hasText: file }).waitFor();
      assertAlike(await answerOf(page), expected, 0.02);
    }
    assert.match(await page.locator('#status').innerText(), /^clear\.png: .*, [\d.]+ %$/);
    await assertQuiet(visited);
  });

  test('pictures that are given before the page has loaded its parts wait for them', async () => {
    const { page, ...visited } = await visit(browser, 'about:blank');
    const held: (() => Promise<void>)[] = [];
    await page.route(/main\.js$|classifier\.json$/, (route) => held.push(() => route.continue()));
    await page.goto(url, { waitUntil: 'commit' });
    const release = async () => {
      while (held.length === 0) await setTimeout(20);
      await held.shift()?.();
    };
    await give(page, 'one.png');
    await release();
    await page.locator('#open-camera:enabled').waitFor();
    await give(page, 'clear.png');
    assert.deepEqual(await page.locator('#results h2').allTextContents(), ['clear.png', 'one.png']);
    await release();
    await page.locator('#results .classes').nth(1).waitFor();
    await assertQuiet({ page, ...visited });
  });

  test('the camera takes a picture, and is let go', async () => {
    const visited = await visit(browser, url);
    const { page } = visited;
    await page.locator('#open-camera').click();
    await page.locator('#take:enabled').click();
    assert.equal((await answerOf(page)).size, 3);
    assert.equal(await page.locator('.answer h2').innerText(), 'Photograph 1');
    assert.equal(await page.evaluate('document.querySelector("video").srcObject'), null);
    await assertQuiet(visited);
  });

  test('where the camera is not given, the page says why', async () => {
    // Under a name that is not this machine's, only who has the token is answered; browsers send it as a password.
    const token = 'a-secret-of-the-tests';
    const server = startWith({ ADARAND_TOKEN: token }, inside(), 'serve', 'my page', '--port', '0');
    const [, own = ''] =
      / is at (http:\S+) \(for who has the token\)/.exec(await server.line(/ is at /)) ?? [];
    const httpCredentials = { username: 'me', password: token };
    const { page } = await visit(browser, own.replace('localhost', 'flowers.test'), { httpCredentials });
    await page.locator('body[data-state=ready]').waitFor();
    await page.locator('#open-camera').click();
    assert.match(
      await page.locator('#status').innerText(),
      /only to pages from https:\/\/ or localhost, .* http:\/\/flowers\.test:/,
    );
    await page.context().close();
    server.process.kill();
    await server.ended;
  });

  test('what cannot be loaded is said', async () => {
    const model = inside('my page', 'onnx', 'model.onnx');
    await rename(model, `${model}.away`);
    try {
      const { page } = await visit(browser, url);
      await page.locator('#failure').waitFor();
      assert.match(
        await page.locator('#failure').innerText(),
        /: model\.onnx cannot be loaded: the server says 404\./,
      );
      await page.context().close();
    } finally {
      await rename(`${model}.away`, model);
    }
  });

  test('opened from a disk, it says how it is served', async () => {
    const { page } = await visit(browser, new URL(`file://${inside('my page', 'index.html')}`).href);
    await page.locator('#not-served').waitFor();
    assert.match(await page.locator('pre').innerText(), /^adarand serve \.\n/);
    assert.equal(await page.locator('#served').isVisible(), false);
    await page.context().close();
  });

  test('fits a narrow screen, and has names for what can be used', async () => {
    const options = { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true } as const;
    const { page } = await visit(browser, url, options);
    await editable(await scene(1, 300, 200))
      .jpeg()
      .toFile(inside(`${'long'.repeat(20)}.jpg`));
    await give(page, `${'long'.repeat(20)}.jpg`);
    await answerOf(page);
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 320);
    await page.getByLabel('Choose pictures').waitFor({ state: 'attached' });
    await page.getByLabel('Take a photograph').waitFor({ state: 'attached' });
    assert.equal(await page.locator('.touch').isVisible(), true);
    await page.getByRole('button', { name: 'Use the camera' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Camera' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Camera' }).waitFor({ state: 'hidden' });
    await page.context().close();
  });
});

test('serve says what is wrong, and gives nothing from outside', async () => {
  for (const [name, message] of [
    [
      'nowhere',
      /^error: nowhere does not exist\nhint: Give .*; `adarand export RUN --to DIR --web` writes one with a page\./,
    ],
    ['tiny.onnx', /^error: tiny\.onnx is not a folder\n/],
  ] as const) {
    const refused = await exported.type('serve', name);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, message);
  }
  const taken = await exported.type('serve', 'my page', '--port', new URL(url).port);
  assert.equal(taken.code, 2);
  assert.match(
    taken.stderr,
    /^error: Port \d+ cannot be used: another program uses it\nhint: Choose another --port/,
  );
  for (const path of ['%2e%2e/tiny.onnx', '..%2ftiny.onnx', 'nothing', '%', 'web'])
    assert.equal((await fetch(url + path)).status, 404, path);
  assert.equal((await fetch(url, { method: 'POST' })).status, 405);
});
