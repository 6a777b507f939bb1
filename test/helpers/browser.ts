/** A real browser for tests, where the machine has one: Chromium, named by `ADARAND_CHROMIUM` or found in the PATH. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const path =
  process.env.ADARAND_CHROMIUM ??
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((program) => existsSync(program));

/** Why tests with a browser are skipped; false where there is one. */
export const noBrowser =
  path === undefined && 'there is no Chromium: install it, or name its program in ADARAND_CHROMIUM';

/** Machines that run tests may be slow. */
const PATIENCE_MS = 120_000;

/** Starts it, without a window, with a camera that shows a moving picture and may be used. */
export function startBrowser(): Promise<Browser> {
  if (path === undefined) throw new Error(String(noBrowser));
  return chromium.launch({
    executablePath: path,
    timeout: PATIENCE_MS,
    // Pages of our own only; its sandbox does not work for root, or in most containers.
    chromiumSandbox: false,
    args: [
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      // A name that is not this machine's, to a browser.
      '--host-resolver-rules=MAP flowers.test localhost',
    ],
  });
}

export interface Visit {
  readonly page: Page;
  /** What the page printed to the console, and what it threw. */
  readonly printed: readonly string[];
  /** The addresses of all that it loaded, or tried to. */
  readonly requested: readonly string[];
}

/** Opens an address in a profile of its own. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const printed: string[] = [];
  const requested: string[] = [];
  page.on('console', (message) => printed.push(message.text()));
  page.on('pageerror', (error) => printed.push(String(error)));
  context.on('request', (request) => requested.push(request.url()));
  await page.goto(url);
  return { page, printed, requested };
}
