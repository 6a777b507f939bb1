import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { jsonReply } from './respond.js';

interface Answer {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** What no route is asked for, by the code that Node's parser gives it. */
const answers: Readonly<Record<string, Answer>> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    code: 'serve.timeout',
    message: 'the request did not come in time',
    hint: 'Its headers may take ten seconds, all of it a minute: send it again, or a smaller image.',
  },
  HPE_HEADER_OVERFLOW: {
    status: 431,
    code: 'serve.headers',
    message: 'the headers of the request are too large',
    hint: 'Send fewer or shorter ones.',
  },
};

const malformed: Answer = {
  status: 400,
  code: 'serve.malformed',
  message: 'the request is not HTTP as it should be',
  hint: 'Send it as HTTP/1.1, with a Content-Length that is that of its body.',
};

/** Answers a request that could not be read, with the JSON of any other error, and ends its connection. */
export function answerBroken(socket: Duplex, error: Error): void {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (!socket.writable || code === 'ECONNRESET') return void socket.destroy();
  const { status, ...told } = answers[code] ?? malformed;
  const { type, text } = jsonReply({ type: 'error', ...told });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    `Content-Type: ${type}`,
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
}
