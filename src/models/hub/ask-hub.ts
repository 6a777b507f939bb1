import { AdarandError } from '../../errors.js';
import { Connection } from './connection.js';
import { quietHost } from './host.js';
import { hubSettings } from './settings.js';

export interface HubAnswer {
  readonly endpoint: string;
  readonly works: boolean;
  readonly found: string;
  /** What to do where it does not work. */
  readonly remedy: string;
}

/** Whether the hub is reached, and whether it accepts the token, if there is one. */
export async function askHub(): Promise<HubAnswer> {
  const settings = hubSettings();
  const { endpoint, token } = settings;
  const url = token === undefined ? `${endpoint}/api/models?limit=1` : `${endpoint}/api/whoami-v2`;
  const began = performance.now();
  try {
    await new Connection(settings, quietHost).request(
      { repo: 'the hub', revision: 'main' },
      () => ({ url }),
      async ({ chunks }) => {
        for await (const _ of chunks);
      },
    );
  } catch (error) {
    if (!(error instanceof AdarandError)) throw error;
    return { endpoint, works: false, found: error.message, remedy: error.hint ?? '' };
  }
  const milliseconds = Math.round(performance.now() - began);
  const accepted = token === undefined ? 'no token is set' : `the token in ${token.from} is accepted`;
  return { endpoint, works: true, found: `reached in ${milliseconds} ms; ${accepted}`, remedy: '' };
}
