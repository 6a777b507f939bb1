import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.js';

/** Who is answered. */
export interface Access {
  /** What a request must have as `Authorization: Bearer`, or as the password that a browser asks for. */
  readonly token: string | undefined;
  /** Web sites that may ask from a browser, besides the pages that come from here. */
  readonly origins: readonly string[];
  /** The name that the server was started with. */
  readonly host: string;
}

/**
 * Lets a request in, or not.
 *
 * @throws Refusal `serve.host`, `serve.origin`, `serve.token`.
 */
export function admit(request: IncomingMessage, access: Access): void {
  checkHost(request, access);
  checkOrigin(request, access);
  checkToken(request, access);
}

/** The web site that asks and may: browsers give it the answer if the answer names it. */
export function allowedOrigin({ headers }: IncomingMessage, { origins }: Access): string | undefined {
  return headers.origin !== undefined && origins.includes(headers.origin) ? headers.origin : undefined;
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host);
}

/**
 * A web site can make its own name lead to this machine, and then ask as if the server were its own; its name gives it
 * away. Who has the token is no such site.
 */
function checkHost({ headers }: IncomingMessage, { token, host }: Access): void {
  if (token !== undefined) return;
  const url = `http://${headers.host}`;
  const name = URL.canParse(url) ? new URL(url).hostname.replace(/^\[(.*)\]$/, '$1') : '';
  if (isLoopback(name) || name === host) return;
  throw new Refusal(403, {
    code: 'serve.host',
    message: `the request is for ${headers.host ?? 'no name'}, which is no name of this machine`,
    hint: 'Ask for it as localhost; or start it with a --token, which is then asked for instead.',
  });
}

/** A browser says which web site asks. */
function checkOrigin(request: IncomingMessage, access: Access): void {
  const { origin, host } = request.headers;
  if (origin === undefined || allowedOrigin(request, access) !== undefined) return;
  if (URL.canParse(origin) && new URL(origin).host === host) return;
  throw new Refusal(403, {
    code: 'serve.origin',
    message: `pages of ${origin} may not ask this server`,
    hint: 'Start it with --origin and that name.',
  });
}

function checkToken({ headers: { authorization = '' } }: IncomingMessage, { token }: Access): void {
  if (token === undefined) return;
  const [, scheme = '', given = ''] = /^(\w+) +(\S+)$/.exec(authorization) ?? [];
  const said = /^basic$/i.test(scheme)
    ? Buffer.from(given, 'base64')
        .toString()
        .replace(/^[^:]*:/, '')
    : /^bearer$/i.test(scheme)
      ? given
      : '';
  // Equal lengths, and a time that does not depend on how much is right.
  if (timingSafeEqual(digest(said), digest(token))) return;
  throw new Refusal(
    401,
    {
      code: 'serve.token',
      message: authorization === '' ? 'the token is missing' : 'the token is not right',
      hint: 'Send the header Authorization: Bearer TOKEN; in a browser, the token is the password.',
    },
    { 'www-authenticate': ['Bearer', 'Basic realm="adarand", charset="UTF-8"'] },
  );
}

const digest = (text: string) => createHash('sha256').update(text).digest();
