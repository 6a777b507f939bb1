import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseConfig } from '../../src/models/config.js';
import { RepositoryCache } from '../../src/models/hub/cache.js';
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
