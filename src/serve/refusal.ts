import { AdarandError } from '../errors.js';

export type Headers = Readonly<Record<string, string | readonly string[]>>;

/** A request that gets an error as its answer, with its status. */
export class Refusal extends AdarandError {
  readonly status: number;
  readonly headers: Headers;

  constructor(
    status: number,
    {
      code,
      message,
      hint,
      cause,
    }: Pick<AdarandError, 'code' | 'message'> & Partial<Pick<AdarandError, 'hint' | 'cause'>>,
    headers: Headers = {},
  ) {
    super(code, message, hint, cause);
    this.status = status;
    this.headers = headers;
  }
}

/** There is too much to do; another time, it would be answered. */
export function busy(message: string, hint: string, cause?: unknown): Refusal {
  return new Refusal(503, { code: 'serve.busy', message, hint, cause }, { 'retry-after': '1' });
}
