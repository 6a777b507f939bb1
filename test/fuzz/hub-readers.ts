import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseConfig } from '../../src/models/config.js';
import { commitOf, filesOf } from '../../src/models/hub/api.js';
import { RepositoryCache } from '../../src/models/hub/cache.js';
import { Connection } from '../../src/models/hub/connection.js';
import { quietHost } from '../../src/models/hub/host.js';
import { hubSettings } from '../../src/models/hub/settings.js';
import { shardsIn } from '../../src/models/model-files.js';
import { jsonReader, textOf } from './json-reader.js';
import { mutateBytes } from './mutate-bytes.js';
import type { Reader } from './reader.js';

const commit = '0123456789abcdef0123456789abcdef01234567';

/** What others have put into the hub's cache. */
export const hubReaders = {
  'config.json of timm': jsonReader(
    ['models/timm-config.ts', 'models/parse-json.ts'],
    async () => [
      {
        architecture: 'resnet18',
        label_names: ['a', 'b'],
        pretrained_cfg: {
          input_size: [3, 224, 224],
          crop_pct: 0.95,
          mean: [0.485, 0.456, 0.406],
          std: [0.229, 0.224, 0.225],
        },
      },
    ],
    async (bytes) => void parseConfig(textOf(bytes), 'config.json'),
  ),
  'index of shards': jsonReader(
    ['models/model-files.ts'],
    async () => [
      { metadata: { total_size: 8 }, weight_map: { a: 'model-1.safetensors', b: 'model-2.safetensors' } },
    ],
    async (bytes) => void shardsIn(textOf(bytes), 'model.safetensors.index.json'),
  ),
  'files of a commit': jsonReader(
    ['models/hub/cache.ts'],
    async () => [
      {
        format_version: 1,
        files: {
          'config.json': { size: 3, blob_id: commit },
          'model.safetensors': { size: 4, blob_id: commit, lfs_sha256: 'ab'.repeat(32), lfs_size: 4 },
        },
      },
    ],
    async (bytes, folder) => {
      const cache = new RepositoryCache(folder, 'org/net');
      await mkdir(join(cache.folder, 'trees'), { recursive: true });
      await writeFile(join(cache.folder, 'trees', `${commit}.json`), bytes);
      await cache.tree(commit);
    },
  ),
  'answers of the hub': jsonReader(
    ['models/hub/api.ts', 'models/hub/connection.ts'],
    async () => [
      { id: 'org/net', sha: commit, siblings: [{ rfilename: 'config.json' }] },
      [
        { type: 'file', path: 'config.json', size: 3, oid: commit },
        {
          type: 'file',
          path: 'model.safetensors',
          size: 130,
          oid: commit,
          lfs: { oid: 'ab'.repeat(32), size: 4, pointerSize: 130 },
        },
        { type: 'directory', path: 'onnx', size: 0, oid: commit },
      ],
    ],
    async (bytes) => {
      const fetched = globalThis.fetch;
      globalThis.fetch = async () => new Response(Buffer.from(bytes), { status: 200 });
      try {
        const connection = new Connection(hubSettings({ HF_ENDPOINT: 'http://127.0.0.1' }), quietHost);
        const asked = { repo: 'org/net', revision: 'main' };
        // A commit is an object, a listing an array; whichever comes, neither reader may fail in its own way.
        if (bytes[0] === 0x5b) await filesOf(connection, asked);
        else await commitOf(connection, asked);
      } finally {
        globalThis.fetch = fetched;
      }
    },
  ),
  'token of the hub': {
    ending: 'token',
    parsedIn: ['models/hub/settings.ts'],
    samples: async () => [Buffer.from('hf_abcdefgh\n')],
    mutate: mutateBytes,
    async read(bytes, folder) {
      await writeFile(join(folder, 'token'), bytes);
      hubSettings({ HF_HOME: folder });
    },
  },
} satisfies Readonly<Record<string, Reader>>;
