import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { systemCode } from '../files/system-code.js';
import { resolveModel } from './builtin.js';
import { entryLike } from './catalog.js';
import { fetchModel } from './hub/fetch-model.js';
import type { HubHost } from './hub/host.js';
import { type HubName, parseHubName } from './hub/name.js';
import type { HubSource } from './hub/source.js';
import { notFound, readError } from './read-error.js';

/** A model on this machine. */
export interface Located {
  readonly path: string;
  readonly kind: 'file' | 'folder';
  /** What it is called: a folder of the hub's cache has no name of its own. */
  readonly name: string;
  /** For a model of the hub. */
  readonly source: HubSource | undefined;
}

/**
 * Finds what `--model` names: a built-in model, a path, or else a model of the hub, whose files are then brought into the
 * cache. `source` is what an earlier run has recorded, which is then what is found, whatever has changed on the hub.
 *
 * @throws AdarandError `model.not-found`, `model.read`, and as `fetchModel` does.
 */
export async function locateModel(reference: string, host: HubHost, source?: HubSource): Promise<Located> {
  if (source !== undefined) {
    const { repo, revision, commit } = source;
    return fromHub(await fetchModel({ repo, revision, explicit: true }, host, commit));
  }
  const path = resolveModel(reference);
  const name = parseHubName(path);
  const kind = name?.explicit === true ? undefined : await kindOf(path);
  if (kind !== undefined) {
    if (name !== undefined)
      host.remark(
        `${path} is taken as the ${kind} of this name here; the model of the hub would be hf://${path}`,
      );
    return { path, kind, name: basename(resolve(path)), source: undefined };
  }
  // A name in a folder that is here is more likely a path with a mistake in it.
  if (name === undefined || (!name.explicit && (await kindOf(dirname(path))) === 'folder'))
    throw notFound(path, onTheHub(path, name));
  return fromHub(await fetchModel(name, host));
}

function fromHub({ folder, source }: Awaited<ReturnType<typeof fetchModel>>): Located {
  return { path: folder, kind: 'folder', name: basename(source.repo), source };
}

/** Undefined where there is nothing. */
export async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw readError(path, error);
  }
}

/** What someone may have meant who names something that is not here. */
function onTheHub(path: string, name: HubName | undefined): string {
  if (name !== undefined) return ` The model of the hub would be hf://${path}.`;
  const like = /[\\/]/.test(path) ? undefined : entryLike(path);
  return like === undefined ? '' : ` Did you mean ${like.name}?`;
}
