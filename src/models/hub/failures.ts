import { didYouMean } from '../../did-you-mean.js';
import { AdarandError } from '../../errors.js';
import { catalog } from '../catalog.js';
import type { HubSettings } from './settings.js';

/** What a request is about, for messages. */
export interface Asked {
  /** `org/name`. */
  readonly repo: string;
  readonly revision: string;
}

/** A failure that may pass by itself. */
export class Passing extends Error {
  /** What to tell the user if it does not. */
  readonly error: AdarandError;
  /** When the server wants to be asked again. */
  readonly afterSeconds: number | undefined;

  constructor(error: AdarandError, afterSeconds?: number) {
    super(error.message, { cause: error });
    this.error = error;
    this.afterSeconds = afterSeconds;
  }
}

/** What an answer means that is not the one asked for, by the hub's headers, as Python's huggingface_hub reads them. */
export function failureOf(response: Response, asked: Asked, settings: HubSettings): AdarandError | Passing {
  const { status, headers } = response;
  const { endpoint } = settings;
  if (status === 429)
    return new Passing(
      new AdarandError(
        'hub.busy',
        `${endpoint} answers that too much was asked of it (429)`,
        'Wait some minutes. With HF_TOKEN set, more may be asked.',
      ),
      secondsIn(headers.get('retry-after')),
    );
  const elsewhere = new URL(response.url || endpoint).origin !== new URL(endpoint).origin;
  // Where files are kept, an address is good for a while only, and is refused afterwards.
  if (status === 408 || status >= 500 || (elsewhere && status === 403))
    return new Passing(
      new AdarandError(
        'hub.server',
        `${new URL(response.url || endpoint).host} answers with status ${status} for ${asked.repo}`,
        'It may be a fault over there: try again later. What was downloaded is kept.',
      ),
      secondsIn(headers.get('retry-after')),
    );
  return refusal(status, headers, asked, settings);
}

function refusal(
  status: number,
  headers: Headers,
  { repo, revision }: Asked,
  settings: HubSettings,
): AdarandError {
  const { endpoint, token } = settings;
  const code = headers.get('x-error-code');
  const said = headers.get('x-error-message');
  const makeToken = `a token from ${endpoint}/settings/tokens`;
  if (code === 'GatedRepo')
    return new AdarandError(
      'hub.gated',
      token === undefined
        ? `${repo} is open only to those who have accepted its terms`
        : `${repo} is open only to those who have accepted its terms, and the account of the token in ${token.from} has not, or was not let in yet`,
      `Accept them at ${endpoint}/${repo}${token === undefined ? `, then set HF_TOKEN to ${makeToken}` : ' with that account'}.`,
    );
  // Those who are unknown are told 401 for a model that does not exist, too.
  if (
    status === 401 &&
    (said?.startsWith('Invalid credentials') || (token !== undefined && code !== 'RepoNotFound'))
  )
    return new AdarandError(
      'hub.token',
      `${endpoint} does not accept the token in ${token?.from ?? 'the request'}`,
      `Take ${makeToken}; for a public model, none is needed.`,
    );
  if (code === 'RevisionNotFound')
    return new AdarandError(
      'hub.no-revision',
      `${repo} has no revision ${revision}`,
      `Take a branch, a tag or a commit of ${endpoint}/${repo}/commits/main, or leave out @${revision}.`,
    );
  if (code === 'RepoNotFound' || status === 401 || status === 404) {
    const names = catalog.map(({ name }) => name);
    const meant = didYouMean(repo, names);
    return new AdarandError(
      'hub.no-model',
      `${endpoint} has no model ${repo}, or it is private${meant === '' ? '' : `.${meant}`}`,
      `Look for it at ${endpoint}/models. For a private one, set HF_TOKEN to ${makeToken}.`,
    );
  }
  return new AdarandError(
    'hub.refused',
    `${endpoint} refuses ${repo}, with status ${status}${said === null ? '' : `: ${said}`}`,
    `Look at ${endpoint}/${repo}.`,
  );
}

/** What a connection that failed means; `cause` is what `fetch` threw. */
export function unreachable(host: string, cause: unknown): AdarandError {
  const reason = reasonOf(cause);
  const proxy = process.env.HTTPS_PROXY ?? process.env.https_proxy;
  if (/CERT|SELF_SIGNED|ISSUER/.test(reason))
    return new AdarandError(
      'hub.unreachable',
      `${host} has a certificate that is not trusted here: ${reason}`,
      'Where a proxy has one of its own, name its file in NODE_EXTRA_CA_CERTS.',
      cause,
    );
  return new AdarandError(
    'hub.unreachable',
    `${host} cannot be reached: ${causes[reason] ?? reason}`,
    proxy === undefined || process.env.NODE_USE_ENV_PROXY === '1'
      ? 'Check the network, and HF_ENDPOINT if it is set. What was downloaded is kept.'
      : 'Node uses the proxy in HTTPS_PROXY only with NODE_USE_ENV_PROXY=1 (from Node 22.21 on).',
    cause,
  );
}

export function silent(host: string, seconds: number): AdarandError {
  return new AdarandError(
    'hub.timeout',
    `${host} has sent nothing for ${seconds} s`,
    'Try again; what was downloaded is kept. For a slow network, set HF_HUB_DOWNLOAD_TIMEOUT to more seconds.',
  );
}

const causes: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no such name, or no network',
  EAI_AGAIN: 'its name cannot be looked up: there may be no network',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  ENETUNREACH: 'there is no way to it: there may be no network',
};

/** The code or the message of the innermost cause: fetch wraps what happened. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}

/** Of a Retry-After header: seconds, or a date. */
function secondsIn(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}
