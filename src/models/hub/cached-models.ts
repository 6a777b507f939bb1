import { join } from 'node:path';
import { lstatIfThere, namesIfThere } from '../../files/if-there.js';

export interface CachedModel {
  /** `org/name`. */
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly commits: readonly string[];
}

/** The models in a cache, by name, whoever has put them there. */
export async function cachedModels(cache: string): Promise<readonly CachedModel[]> {
  const models: CachedModel[] = [];
  for (const folder of await namesIfThere(cache)) {
    const name = /^models--([^-].*?)--(.+)$/.exec(folder);
    if (name === null) continue;
    const path = join(cache, folder);
    const commits = (await namesIfThere(join(path, 'snapshots'))).filter((each) =>
      /^[0-9a-f]{40}$/.test(each),
    );
    if (commits.length === 0) continue;
    models.push({ name: `${name[1]}/${name[2]}`, path, commits, bytes: await bytesIn(join(path, 'blobs')) });
  }
  return models.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await namesIfThere(folder)) {
    const found = await lstatIfThere(join(folder, name));
    bytes += found?.size ?? 0;
  }
  return bytes;
}
