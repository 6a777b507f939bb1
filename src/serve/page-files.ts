import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Refusal } from './refusal.js';

/** What browsers insist on; other files are bytes. */
const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
};

/**
 * Answers with a file of a folder: what lies in it, and nothing that a link leads to elsewhere. `root` has no links in
 * it.
 *
 * @throws Refusal `serve.nothing-there`.
 */
export async function respondFile(
  root: string,
  { pathname }: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const found = await fileAt(root, pathname);
  if (found === undefined) throw nothingAt(pathname);
  response.writeHead(200, {
    'content-type': types[extname(found.path).toLowerCase()] ?? 'application/octet-stream',
    'content-length': found.size,
    // Exported again, the page is a new one at once.
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
  });
  if (request.method === 'HEAD') return void response.end();
  await pipeline(createReadStream(found.path), response).catch(() => response.destroy());
}

/** Whether `respondFile` would answer. */
export async function hasFile(root: string, { pathname }: URL): Promise<boolean> {
  return (await fileAt(root, pathname)) !== undefined;
}

export function nothingAt(pathname: string): Refusal {
  return new Refusal(404, { code: 'serve.nothing-there', message: `there is nothing at ${pathname}` });
}

async function fileAt(
  root: string,
  pathname: string,
): Promise<{ readonly path: string; readonly size: number } | undefined> {
  try {
    const named = decodeURIComponent(pathname.endsWith('/') ? `${pathname}index.html` : pathname);
    const path = await realpath(join(root, named));
    const found = await stat(path);
    return path.startsWith(root + sep) && found.isFile() ? { path, size: found.size } : undefined;
  } catch {
    // What is no path, or leads nowhere.
    return undefined;
  }
}
