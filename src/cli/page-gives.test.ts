/** How pictures come to the page of an exported classifier, here one whose graph takes images of the network's own size. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { noBrowser, startBrowser, visit } from '../../test/helpers/browser.js';
import { answerOf, assertAlike, type ExportedPage, exportedPage } from '../../test/helpers/exported-page.js';
import { editable, scene } from '../../test/helpers/scenes.js';

describe('the page of a small network', { skip: noBrowser }, () => {
  let exported: ExportedPage;
  let browser: Browser;
  before(async () => {
    exported = await exportedPage(16);
    browser = await startBrowser();
    const photograph = editable(await scene(3, 120, 90));
    await photograph.jpeg().toFile(exported.inside('photograph.jpg'));
  });
  after(async () => {
    await browser.close();
    await exported.end();
  });

  /** Dispatches an event whose `place` holds what `add` puts into it. */
  const event = (kind: string, type: string, place: string, add: string) => `(async () => {
    const ${place} = new DataTransfer();
    ${place}.items.add(${add});
    document.body.dispatchEvent(new ${kind}('${type}', { bubbles: true, cancelable: true, ${place} }));
  })()`;
  const picture = `new File([await (await fetch('photograph.jpg')).blob()], 'given.jpg')`;

  test('takes what is dropped and pasted, and says where that is no picture', async () => {
    const { page, printed } = await visit(browser, exported.url);
    const bytes = await editable(await scene(3, 120, 90))
      .jpeg()
      .toBuffer();
    await page.route('**/photograph.jpg', (route) => route.fulfill({ body: bytes }));
    const expected = await exported.predicted('photograph.jpg');
    const ways = [
      ['DragEvent', 'drop', 'dataTransfer'],
      ['ClipboardEvent', 'paste', 'clipboardData'],
    ] as const;
    for (const [i, [kind, type, place]] of ways.entries()) {
      await page.evaluate(event(kind, type, place, picture));
      await page.locator('.answer').nth(i).waitFor();
      assertAlike(await answerOf(page), expected, 0.01);
      await page.evaluate(event(kind, type, place, "'text', 'text/plain'"));
      await page.locator('#status', { hasText: / is no file: | has no picture\./ }).waitFor();
    }
    assert.deepEqual(printed, []);
    await page.context().close();
  });

  test('shows how far the network is loaded, and pictures wait for it', async () => {
    const { page } = await visit(browser, 'about:blank');
    let go = () => {};
    const gone = new Promise<void>((resolve) => {
      go = resolve;
    });
    await page.route('**/model.onnx', async (route) => {
      await gone;
      await route.continue();
    });
    await page.goto(exported.url);
    await page.locator('#loaded', { hasText: /^[\d.]+ MB$/ }).waitFor();
    await exported.give(page, 'photograph.jpg');
    assert.equal(await page.locator('#results .note').innerText(), 'Waiting …');
    assert.equal(await page.locator('progress').isVisible(), true);
    go();
    assertAlike(await answerOf(page), await exported.predicted('photograph.jpg'), 0.01);
    assert.match(await page.locator('#loaded').innerText(), /^(.+) of \1 MB$|^$/);
    assert.equal(await page.locator('progress').isVisible(), false);
    await page.context().close();
  });
});
