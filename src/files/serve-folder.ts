import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AdarandError } from '../errors.js';
import { systemCode } from './atomic.js';

/**
 * Serves the files of a folder to browsers on this machine: what lies in it, and nothing that a link leads to elsewhere.
 * Port 0 is one that is free.
 *
 * @throws AdarandError `serve.port`.
 */
export async function serveFolder(
  folder: string,
  port: number,
): Promise<{ readonly url: string; readonly server: Server }> {
  const root = await realpath(folder);
  const server = createServer((request, response) => {
    answer(root, request, response).catch(() => response.destroy());
  });
  const address = await new Promise<AddressInfo>((resolve, reject) => {
    server.once('error', (error) => reject(portError(port, error)));
    server.listen(port, 'localhost', () => {
      const listening = server.address();
      if (listening !== null && typeof listening === 'object') resolve(listening);
    });
  });
  return { url: `http://localhost:${address.port}/`, server };
}

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

async function answer(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return refuse(response, 405, 'This server only gives files.');
  const found = await fileAt(root, request.url ?? '/');
  if (found === undefined) return refuse(response, 404, 'There is no such file.');
  response.writeHead(200, {
    'content-type': types[extname(found.path).toLowerCase()] ?? 'application/octet-stream',
    'content-length': found.size,
    // Exported again, the page is a new one at once.
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
  });
  if (request.method === 'HEAD') return void response.end();
  await pipeline(createReadStream(found.path), response);
}

async function fileAt(
  root: string,
  url: string,
): Promise<{ readonly path: string; readonly size: number } | undefined> {
  try {
    const { pathname } = new URL(url, 'http://localhost');
    const named = decodeURIComponent(pathname.endsWith('/') ? `${pathname}index.html` : pathname);
    const path = await realpath(join(root, named));
    const found = await stat(path);
    return path.startsWith(root + sep) && found.isFile() ? { path, size: found.size } : undefined;
  } catch {
    // What is no path, or leads nowhere.
    return undefined;
  }
}

function refuse(response: ServerResponse, status: number, reason: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${reason}\n`);
}

function portError(port: number, error: Error): Error {
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'another program uses it',
    EACCES: 'permission denied',
  };
  const code = systemCode(error);
  const reason = reasons[code ?? ''];
  if (reason === undefined) return error;
  const hint = 'Choose another --port; 0 takes one that is free.';
  return new AdarandError('serve.port', `Port ${port} cannot be used: ${reason}`, hint, error);
}
