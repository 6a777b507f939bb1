/**
 * A hub for tests: the part of the HTTP of huggingface.co that a download speaks, on two origins as there: the hub, and
 * the place where large files are kept.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export interface Received {
  readonly at: 'hub' | 'files';
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
}

/** What happens to one request in place of its answer, or of the end of it. */
export interface Fault {
  readonly at: 'hub' | 'files';
  /** Requests whose path matches; any, if undefined. */
  readonly path?: RegExp;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The connection is closed after so many bytes of the content. */
  readonly cutAfter?: number;
  /** Nothing is ever sent. */
  readonly silent?: boolean;
  /** Nothing more is sent after so many bytes. */
  readonly stallAfter?: number;
  readonly ignoreRange?: boolean;
  /** Other bytes, as many. */
  readonly corrupt?: boolean;
  /** For every request from now on. */
  readonly always?: boolean;
}

interface Repository {
  readonly commits: Map<string, ReadonlyMap<string, Uint8Array>>;
  readonly refs: Map<string, string>;
  /** Tokens that may read its files; undefined for all, with or without. */
  readonly gatedFor: readonly string[] | undefined;
}

export class HubServer {
  readonly requests: Received[] = [];
  /** Sizes that a listing claims, by path, where they are not to be the true ones. */
  readonly claimed = new Map<string, number>();
  /** Entries in one page of a listing. */
  pageSize = 1000;
  readonly #repositories = new Map<string, Repository>();
  readonly #stored = new Map<string, Uint8Array>();
  readonly #faults: Fault[] = [];
  readonly #hub: Server;
  readonly #files: Server;

  private constructor() {
    this.#hub = createServer((request, response) => this.#take('hub', request, response));
    this.#files = createServer((request, response) => this.#take('files', request, response));
  }

  static async start(): Promise<HubServer> {
    const server = new HubServer();
    for (const each of [server.#hub, server.#files])
      await new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve));
    return server;
  }

  async close(): Promise<void> {
    for (const each of [this.#hub, this.#files]) {
      each.closeAllConnections();
      await new Promise((resolve) => each.close(resolve));
    }
  }

  get endpoint(): string {
    return originOf(this.#hub);
  }

  /** A new commit, which `revision` then names; returns its name. */
  commit(
    repo: string,
    files: Readonly<Record<string, Uint8Array | string>>,
    { revision = 'main', gatedFor }: { revision?: string; gatedFor?: readonly string[] } = {},
  ): string {
    const contents = new Map(
      Object.entries(files).map(([path, content]) => [path, new Uint8Array(Buffer.from(content))]),
    );
    const hash = createHash('sha1').update(repo);
    for (const [path, content] of contents) {
      hash.update(path).update(content);
      this.#stored.set(sha256(content), content);
    }
    const commit = hash.digest('hex');
    const known = this.#repositories.get(repo) ?? { commits: new Map(), refs: new Map(), gatedFor };
    known.commits.set(commit, contents);
    known.refs.set(revision, commit);
    this.#repositories.set(repo, { ...known, gatedFor });
    return commit;
  }

  fail(fault: Fault): void {
    this.#faults.push(fault);
  }

  heal(): void {
    this.#faults.length = 0;
  }

  /** Paths that were asked for since the last call. */
  taken(): string[] {
    return this.requests.splice(0).map(({ at, method, path }) => `${at} ${method} ${path}`);
  }

  #take(at: 'hub' | 'files', request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '', headers } = request;
    const raw = url.split('?')[0] ?? '';
    const path = decodeURIComponent(raw);
    this.requests.push({ at, method, path, authorization: headers.authorization, range: headers.range });
    const index = this.#faults.findIndex((fault) => fault.at === at && (fault.path?.test(path) ?? true));
    const fault = this.#faults[index];
    if (fault !== undefined && fault.always !== true) this.#faults.splice(index, 1);
    if (fault?.silent === true) return;
    if (fault?.status !== undefined) {
      response.writeHead(fault.status, fault.headers).end();
    } else if (at === 'files') this.#file(path.slice(1), request, response, fault);
    else this.#page(raw, request, response, fault);
  }

  /** Whose token is known to the hub. */
  readonly tokens = new Set<string>();

  #page(path: string, request: IncomingMessage, response: ServerResponse, fault: Fault | undefined): unknown {
    if (path === '/api/models') return json(response, []);
    if (path === '/api/whoami-v2')
      return [...this.tokens].some((token) => request.headers.authorization === `Bearer ${token}`)
        ? json(response, { name: 'someone' })
        : error(response, 401, 'Unauthorized', 'Invalid credentials in Authorization header');
    const [, api, repo = '', rest = ''] =
      /^\/(api\/models\/|api\/resolve-cache\/models\/)?([^/]+\/[^/]+)\/(.*)$/.exec(path) ?? [];
    const [kind = '', ...words] =
      api === 'api/resolve-cache/models/' ? ['cached', ...wordsOf(rest)] : wordsOf(rest);
    const repository = this.#repositories.get(repo);
    const { authorization } = request.headers;
    if (repository === undefined)
      return error(response, authorization === undefined ? 401 : 404, 'RepoNotFound', 'Repository not found');
    const [revision = ''] = words;
    const commit = repository.refs.get(revision) ?? revision;
    const files = repository.commits.get(commit);
    if (files === undefined) return error(response, 404, 'RevisionNotFound', `Invalid rev id: ${revision}`);
    if (kind === 'revision') {
      const siblings = [...files.keys()].map((rfilename) => ({ rfilename }));
      return json(response, {
        _id: '1',
        id: repo,
        sha: commit,
        private: false,
        gated: false,
        siblings,
        lastModified: '2024-02-10T23:34:51.000Z',
      });
    }
    if (kind === 'tree') return this.#tree(path, request, response, files);
    const { gatedFor } = repository;
    if (gatedFor !== undefined && !gatedFor.some((token) => authorization === `Bearer ${token}`))
      return error(
        response,
        authorization === undefined ? 401 : 403,
        'GatedRepo',
        'Access to model is restricted',
      );
    const name = words.slice(1).join('/');
    const content = files.get(name);
    if (content === undefined) return error(response, 404, 'EntryNotFound', 'Entry not found');
    const about = { 'x-repo-commit': commit, 'accept-ranges': 'bytes' };
    if (isLarge(name)) {
      response.writeHead(302, {
        ...about,
        location: `${originOf(this.#files)}/${sha256(content)}`,
        etag: `"${gitSha1(content)}"`,
        'x-linked-etag': `"${sha256(content)}"`,
        'x-linked-size': content.length,
      });
      return response.end();
    }
    if (kind === 'resolve') {
      const location = `/api/resolve-cache/models/${repo}/${commit}/${name}`;
      return response.writeHead(307, { ...about, location, 'x-linked-size': content.length }).end();
    }
    return send(request, response, content, { ...about, etag: `"${gitSha1(content)}"` }, fault);
  }

  #tree(
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
    files: ReadonlyMap<string, Uint8Array>,
  ): unknown {
    const query = new URL(request.url ?? '', this.endpoint).searchParams;
    const begin = Number(query.get('cursor') ?? 0);
    const entries = [...files].map(([name, content]) => {
      const size = this.claimed.get(name) ?? content.length;
      const lfs = isLarge(name) ? { lfs: { oid: sha256(content), size, pointerSize: 134 } } : {};
      return { type: 'file', path: name, size, oid: gitSha1(content), ...lfs };
    });
    const end = begin + this.pageSize;
    query.set('cursor', String(end));
    const more = end < entries.length ? { link: `<${this.endpoint}${path}?${query}>; rel="next"` } : {};
    return json(response, entries.slice(begin, end), more);
  }

  #file(hash: string, request: IncomingMessage, response: ServerResponse, fault: Fault | undefined): void {
    const content = this.#stored.get(hash);
    if (content === undefined) response.writeHead(404).end();
    else send(request, response, content, { etag: `"${hash}"`, 'accept-ranges': 'bytes' }, fault);
  }
}

/** A revision is one word, with its slashes encoded. */
function wordsOf(path: string): string[] {
  return path.split('/').map(decodeURIComponent);
}

/** What the hub keeps in Git LFS. */
function isLarge(path: string): boolean {
  return /\.(safetensors|onnx|onnx_data|bin)$/.test(path);
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  content: Uint8Array,
  headers: Readonly<Record<string, string>>,
  fault: Fault | undefined,
): void {
  const asked =
    fault?.ignoreRange === true ? undefined : /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const start = Number(asked?.[1] ?? 0);
  const end = asked?.[2] ? Number(asked[2]) + 1 : content.length;
  const part = content.slice(start, end);
  if (fault?.corrupt === true) part.fill(0x2a);
  const range = asked ? { 'content-range': `bytes ${start}-${end - 1}/${content.length}` } : {};
  response.writeHead(asked ? 206 : 200, { ...headers, ...range, 'content-length': part.length });
  const sent = fault?.cutAfter ?? fault?.stallAfter;
  if (request.method === 'HEAD') response.end();
  else if (sent === undefined) response.end(part);
  else
    response.write(part.slice(0, sent), () => {
      if (fault?.cutAfter !== undefined) setTimeout(() => response.destroy(), 20);
    });
}

function json(
  response: ServerResponse,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(value));
}

function error(response: ServerResponse, status: number, code: string, message: string): unknown {
  response.writeHead(status, {
    'content-type': 'application/json',
    'x-error-code': code,
    'x-error-message': message,
  });
  return response.end(JSON.stringify({ error: message }));
}

function originOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  return `http://127.0.0.1:${address.port}`;
}

export function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

export function gitSha1(content: Uint8Array): string {
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
}
