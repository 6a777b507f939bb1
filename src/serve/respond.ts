import type { ServerResponse } from 'node:http';
import { AdarandError } from '../errors.js';
import { type Headers, Refusal } from './refusal.js';

/** What a request is answered with. */
export interface Reply {
  readonly type: string;
  readonly text: string;
}

/** The same object that `--json` prints. */
export function jsonReply(value: object): Reply {
  return { type: 'application/json', text: `${JSON.stringify(value)}\n` };
}

export function textReply(text: string): Reply {
  return { type: 'text/plain; charset=utf-8', text };
}

export function respond(response: ServerResponse, reply: Reply, status = 200, headers: Headers = {}): void {
  const bytes = Buffer.from(reply.text);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.writeHead(status, {
    'content-type': reply.type,
    'content-length': bytes.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(response.req.method === 'HEAD' ? undefined : bytes);
}

/** Answers with an error. What is no `AdarandError` is a bug, which `report` is told; its text is no answer. */
export function respondError(
  response: ServerResponse,
  error: unknown,
  report: (error: unknown) => void,
): void {
  if (!(error instanceof AdarandError)) report(error);
  // An answer that has begun cannot become another one.
  if (response.headersSent) return void response.destroy();
  const { code, message, hint } =
    error instanceof AdarandError
      ? error
      : {
          code: 'internal',
          message: 'something went wrong inside adarand',
          hint: 'The server has printed what.',
        };
  const { status, headers } = error instanceof Refusal ? error : { status: 500, headers: {} };
  respond(response, jsonReply({ type: 'error', code, message, hint }), status, headers);
}
