import { z } from 'zod';
import { AdarandError } from '../../errors.js';
import type { Connection } from './connection.js';
import { isEtag } from './digest.js';
import type { HubFile } from './download.js';
import type { Asked } from './failures.js';
import { isCommit } from './name.js';

const entrySchema = z.object({
  path: z.string(),
  size: z.int().min(0),
  oid: z.string().refine(isEtag),
  lfs: z.object({ oid: z.string().refine(isEtag), size: z.int().min(0) }).optional(),
});

/** A listing is a few kilobytes; what is this long is none. */
const MAXIMUM_BYTES = 64 * 2 ** 20;

/** The commit that a branch or a tag is at. */
export async function commitOf(connection: Connection, asked: Asked): Promise<string> {
  const { modelInfo } = await import('@huggingface/hub');
  const { sha } = await answered(connection, () =>
    modelInfo({
      name: asked.repo,
      revision: asked.revision,
      additionalFields: ['sha'],
      hubUrl: connection.settings.endpoint,
      fetch: fetchBy(connection, asked),
    }),
  );
  if (typeof sha === 'string' && isCommit(sha)) return sha;
  const called = typeof sha === 'string' ? `a commit that is called "${sha.slice(0, 80)}"` : 'no commit';
  throw notAHub(connection, called);
}

/** All files of a commit. */
export async function filesOf(
  connection: Connection,
  asked: Asked,
): Promise<readonly (HubFile & { readonly gitSha1: string })[]> {
  const { listFiles } = await import('@huggingface/hub');
  const { repo, revision } = asked;
  const files: (HubFile & { readonly gitSha1: string })[] = [];
  await answered(connection, async () => {
    const hubUrl = connection.settings.endpoint;
    const fetch = fetchBy(connection, asked);
    for await (const entry of listFiles({ repo, revision, recursive: true, hubUrl, fetch })) {
      if (entry.type !== 'file') continue;
      const { path, size, oid, lfs } = entrySchema.parse(entry);
      files.push({ path, size: lfs?.size ?? size, etag: lfs?.oid ?? oid, gitSha1: oid });
    }
  });
  return files;
}

/** What the library throws over an answer that it did not expect is put in words; our own errors pass. */
async function answered<T>(connection: Connection, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof SyntaxError) throw notAHub(connection, 'something that is not JSON', error);
    if (error instanceof TypeError || error instanceof z.ZodError)
      throw notAHub(connection, 'JSON of another form', error);
    throw error;
  }
}

function notAHub({ settings }: Connection, what: string, cause?: unknown): AdarandError {
  return new AdarandError(
    'hub.answer',
    `${settings.endpoint} answers with ${what}, and not as a hub does`,
    'Check HF_ENDPOINT if it is set, and whether this network asks for a login in a browser first.',
    cause,
  );
}

/** `fetch` for the library, with all that a connection does. */
function fetchBy(connection: Connection, asked: Asked): typeof fetch {
  return (target, init) => {
    const url = target instanceof Request ? target.url : String(target);
    const headers = Object.fromEntries(new Headers(init?.headers));
    return connection.request(
      asked,
      () => ({ url, headers }),
      async (answer) => {
        const parts: Uint8Array[] = [];
        let size = 0;
        for await (const chunk of answer.chunks) {
          parts.push(chunk);
          size += chunk.length;
          if (size > MAXIMUM_BYTES) throw notAHub(connection, `more than ${MAXIMUM_BYTES} bytes`);
        }
        const { status } = answer;
        // The content is decoded here: what is said about its coding no longer holds.
        const kept = [...answer.headers].filter(([name]) => !/^content-(encoding|length)$/.test(name));
        return new Response(Buffer.concat(parts), { status, headers: kept });
      },
    );
  };
}
