import { join } from 'node:path';
import { AdarandError } from '../../errors.js';
import { parseConfig } from '../config.js';
import { DESCRIPTION } from '../licence.js';
import { configIn, PREPROCESSOR, shardsIn, weightsIn } from '../model-files.js';
import { readText } from '../read-file.js';
import type { HubHost } from './host.js';
import type { HubName } from './name.js';
import { Snapshot } from './snapshot.js';
import type { HubSource } from './source.js';

export interface HubModel {
  /** A folder in the cache, with those of the repository's files that `openModel` reads. */
  readonly folder: string;
  readonly source: HubSource;
}

/**
 * Brings the files of a model on the hub that are needed to open it, and its description, which names the licence. `commit` is one that an earlier run
 * has recorded.
 *
 * @throws AdarandError `hub.*`, `model.config`, `model.pickle`, `model.not-found`.
 */
export async function fetchModel(name: HubName, host: HubHost, commit?: string): Promise<HubModel> {
  const snapshot = await Snapshot.open(name, host, commit);
  const { folder, paths } = snapshot;
  const place = { name: name.repo, hub: true };
  // A repository without it may have no weights either, which is the better thing to say.
  const described = configIn(paths);
  if (!paths.has(described)) weightsIn(paths, undefined, place);
  await snapshot.take([described, PREPROCESSOR].filter((path) => path === described || paths.has(path)));
  const config = parseConfig(await readText(join(folder, described)), `${described} of ${name.repo}`);
  const weights = weightsIn(paths, config, place);
  if (weights.kind === 'onnx' && config.preprocessing === undefined && !paths.has(PREPROCESSOR))
    throw new AdarandError(
      'hub.no-file',
      `${name.repo} has no ${PREPROCESSOR}, so it is not known how its images are prepared`,
      'Choose another model, for example timm/resnet18.a1_in1k.',
    );
  if (weights.kind === 'shards') {
    await snapshot.take([weights.index]);
    const index = join(folder, weights.index);
    await snapshot.take(shardsIn(await readText(index), `${weights.index} of ${name.repo}`));
  } else
    await snapshot.take(weights.kind === 'onnx' ? [weights.model, ...weights.external] : [weights.model]);
  await snapshot.takeAlong(DESCRIPTION, 1_000_000);
  const { downloaded, source } = snapshot;
  if (downloaded > 0)
    host.remark(
      `downloaded ${name.repo}, commit ${source.commit.slice(0, 8)}: ${(downloaded / 1e6).toFixed(1)} MB, in ${folder}`,
    );
  return { folder, source };
}
