/** A trained classifier, its page as `export --web` writes it, and the server that export names. */
import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { at } from '../../src/errors.js';
import { adarand, jsonLines, start, temporaryFolder, writeImages, writeModel } from './cli.js';

export interface ExportedPage {
  readonly url: string;
  /** A path in the folder that has the run, the page (`my page`) and the pictures. */
  inside(...parts: readonly string[]): string;
  /** Types `adarand` with these words there. */
  type(...words: readonly string[]): ReturnType<typeof adarand>;
  /** What `predict` answers. */
  predicted(file: string): Promise<ReadonlyMap<string, number>>;
  /** Chooses pictures on the page. */
  give(page: Page, ...files: readonly string[]): Promise<void>;
  end(): Promise<void>;
}

/** For a network of a size, with other names for its classes. */
export async function exportedPage(
  size: number,
  names: Readonly<Record<string, string>> = {},
): Promise<ExportedPage> {
  const folder = await temporaryFolder();
  const inside = (...parts: readonly string[]) => join(folder.path, ...parts);
  const type = (...words: readonly string[]) => adarand(folder.path, ...words);
  const run = async (...words: readonly string[]) => {
    const ended = await type(...words);
    assert.equal(ended.code, 0, ended.stderr);
    return ended.stdout;
  };
  await writeImages(inside('colours'), 10, Math.round(1.1 * size));
  for (const [name, other] of Object.entries(names))
    await rename(inside('colours', name), inside('colours', other));
  await writeModel(inside('tiny.onnx'), size);
  const training = ['--head', 'random', '--epochs', '2', '--batch-size', '8', '--no-tensorboard'];
  await run('train', 'colours', '--model', 'tiny.onnx', ...training, '--out', 'run');
  const printed = await run('export', 'run', '--to', 'my page', '--web');
  const [, line = ''] = /^see its page: adarand (.*)$/m.exec(printed) ?? assert.fail(printed);
  assert.equal(line, "serve 'my page'");
  const server = start(folder.path, 'serve', 'my page', '--port', '0');
  const [, url = ''] = / is at (http:\S+) /.exec(await server.line(/ is at /)) ?? [];
  return {
    url,
    inside,
    type,
    async predicted(file) {
      const stdout = await run('predict', 'run', file, '--json', '--top', '9');
      const found = jsonLines(stdout).find((event) => event.type === 'prediction');
      assert.ok(Array.isArray(found?.classes), stdout);
      return new Map(found.classes.map(({ name, probability }) => [name, probability]));
    },
    give: (page, ...files) =>
      page.setInputFiles(
        '#choose',
        files.map((file) => inside(file)),
      ),
    async end() {
      server.process.kill();
      await folder.remove();
    },
  };
}

/** The classes of the picture that is the page's first, with their probabilities. */
export async function answerOf(page: Page): Promise<ReadonlyMap<string, number>> {
  const first = page.locator('#results > li').first();
  await first.locator('.classes').waitFor();
  const names = await first.locator('.class').allTextContents();
  const percents = await first.locator('.percent').allTextContents();
  return new Map(names.map((name, i) => [name, Number.parseFloat(at(percents, i)) / 100]));
}

/** Whether two answers are the same, to a difference. */
export function assertAlike(
  found: ReadonlyMap<string, number>,
  expected: ReadonlyMap<string, number>,
  difference: number,
): void {
  assert.deepEqual(new Set(found.keys()), new Set(expected.keys()));
  for (const [name, probability] of expected)
    assert.ok(
      Math.abs(probability - (found.get(name) ?? Number.NaN)) <= difference,
      `${name}: ${found.get(name)}, not ${probability}`,
    );
}
