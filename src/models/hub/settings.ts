import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { AdarandError } from '../../errors.js';
import { systemCode } from '../../files/system-code.js';

/** Where the hub is and how it is spoken to, by the variables that Python's huggingface_hub reads, too. */
export interface HubSettings {
  /** `https://huggingface.co`, without a slash at its end. */
  readonly endpoint: string;
  /** The folder that holds `models--org--name`. */
  readonly cache: string;
  readonly token: Token | undefined;
  /** No request may be made. */
  readonly offline: boolean;
  /** Seconds without an answer, or without another byte, after which a request has failed. */
  readonly timeoutSeconds: number;
}

export interface Token {
  readonly value: string;
  /** What it was read from, for messages. */
  readonly from: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws AdarandError `hub.settings` for a variable whose value cannot be used, or a token file that cannot be read. */
export function hubSettings(env: Environment = process.env): HubSettings {
  const path = (given: string | undefined) => expanded(given, env);
  const home =
    path(env.HF_HOME) ?? join(path(env.XDG_CACHE_HOME) ?? join(homedir(), '.cache'), 'huggingface');
  return {
    endpoint: endpointOf(env.HF_ENDPOINT || 'https://huggingface.co'),
    cache: path(env.HF_HUB_CACHE) ?? path(env.HUGGINGFACE_HUB_CACHE) ?? join(home, 'hub'),
    token: isTrue(env.HF_HUB_DISABLE_IMPLICIT_TOKEN) ? undefined : tokenOf(env, home),
    offline: isTrue(env.HF_HUB_OFFLINE || env.TRANSFORMERS_OFFLINE),
    timeoutSeconds: secondsOf('HF_HUB_DOWNLOAD_TIMEOUT', env.HF_HUB_DOWNLOAD_TIMEOUT, 10),
  };
}

function endpointOf(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return given.replace(/\/+$/, '');
  throw new AdarandError(
    'hub.settings',
    `HF_ENDPOINT is ${given}, which is not the address of a hub`,
    'Write it as https://huggingface.co, or unset it.',
  );
}

function secondsOf(name: string, given: string | undefined, otherwise: number): number {
  if (given === undefined || given === '') return otherwise;
  const seconds = Number(given);
  if (seconds > 0 && seconds <= 86_400) return seconds;
  throw new AdarandError(
    'hub.settings',
    `${name} is ${given}, which is not a number of seconds`,
    `Write it as ${name}=${otherwise}, or unset it.`,
  );
}

function tokenOf(env: Environment, home: string): Token | undefined {
  for (const from of ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN']) {
    const token = tokenIn(env[from] ?? '', from);
    if (token !== undefined) return token;
  }
  const from = expanded(env.HF_TOKEN_PATH, env) ?? join(home, 'token');
  try {
    return tokenIn(readFileSync(from, 'utf8'), from);
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new AdarandError(
      'hub.settings',
      `The token file ${from} cannot be read: ${code}`,
      'Make it readable, or set HF_TOKEN.',
      error,
    );
  }
}

/** The token itself is a secret, which no message shows. */
function tokenIn(text: string, from: string): Token | undefined {
  const value = text.trim();
  if (value === '') return undefined;
  if (/^[!-~]+$/.test(value)) return { value, from };
  throw new AdarandError(
    'hub.settings',
    `${from} holds something that is not a token`,
    'A token is one word, as https://huggingface.co/settings/tokens shows it.',
  );
}

function isTrue(value: string | undefined): boolean {
  return /^(1|on|yes|true)$/i.test(value ?? '');
}

/** With `~` and variables in it replaced, as Python does. */
function expanded(given: string | undefined, env: Environment): string | undefined {
  if (given === undefined || given === '') return undefined;
  return given
    .replace(/^~(?=$|[\\/])/, homedir())
    .replace(/\$\{(\w+)\}|\$(\w+)/g, (all, long?: string, short?: string) => env[long ?? short ?? ''] ?? all);
}
