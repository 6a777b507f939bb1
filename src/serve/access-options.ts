import { AdarandError } from '../errors.js';
import { type Access, isLoopback } from './access.js';
import { aToken, type ServeOptions, TOKEN } from './options.js';

/**
 * Who is answered, by the options of `serve` and by ADARAND_TOKEN.
 *
 * @throws AdarandError `serve.token`, `serve.origin`.
 */
export function accessOf(
  { host, token: typed, origin }: Pick<ServeOptions, 'host' | 'token' | 'origin'>,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Access {
  const token = typed ?? tokenOf(env.ADARAND_TOKEN);
  if (token === undefined && !isLoopback(host))
    throw new AdarandError(
      'serve.token',
      `with --host ${host}, others than this machine reach the server: it needs a token`,
      'Set ADARAND_TOKEN to one word of at least 16 characters, which requests must then have.',
    );
  const origins = origin === undefined ? [] : origin.split(',').map(checkedOrigin);
  return { host, token, origins };
}

/** Its value is a secret, which no message shows. */
function tokenOf(value: string | undefined): string | undefined {
  if (value === undefined || value === '') return undefined;
  if (TOKEN.test(value)) return value;
  throw new AdarandError('serve.token', `ADARAND_TOKEN ${aToken}`, 'Set it to another word, or unset it.');
}

function checkedOrigin(given: string): string {
  if (URL.canParse(given) && new URL(given).origin === given) return given;
  throw new AdarandError(
    'serve.origin',
    `--origin ${given} is not the address of a web site`,
    'Write it as https://flowers.example, without a path; several are joined by commas.',
  );
}
