import { existsSync } from 'node:fs';
import { softmax } from '../../../analysis/softmax.js';
import { at } from '../../../errors.js';
import { type RunHost, throwIfStopped } from '../../../run/events.js';
import { RunFolder } from '../../../run/folder/run-folder.js';
import type { Answers as LookedAt } from '../../../run/use/look/answers.js';
import { type Seen, see } from '../../../run/use/look/seen.js';
import type { CompileOptions } from '../../../runtime/program.js';
import type { Answers } from './answers.js';
import { type Evidence, type FinishedRun, type ImageEvidence, isFinished } from './evidence.js';
import { LostImages } from './lost-images.js';
import { type Moved, MovedImages } from './moved-images.js';
import { panelsOf } from './panels.js';
import { readFeatures } from './read-features.js';
import { readPredictions } from './read-predictions.js';

/**
 * What single images were answered. By the runs at the largest share of the images of each dataset and network: as the run has
 * kept it, else by its classifier, where that and the images are still there, or in `data`; by the others, as it was kept.
 * Features are of the first seed of each method. A dataset whose images are not where they were is a remark.
 *
 * @throws AdarandError `run.damaged`, `files.read`, `report.no-images`, `run.stopped`; as `openDataset` does for `data`.
 */
export async function lookAtImages(
  evidence: Omit<Evidence, 'images'>,
  { data, compile }: { readonly data: string | undefined; readonly compile: CompileOptions },
  host: RunHost,
): Promise<{ readonly images: Map<string, ImageEvidence>; readonly remarks: readonly string[] }> {
  const chosen = panelsOf(evidence).flatMap((panel) =>
    panel.methods.flatMap((method) =>
      panel
        .cell(method, Math.max(...panel.fractions))
        .finished.map((run, i) => ({ run, wantsFeatures: i === 0 })),
    ),
  );
  const images = new Map<string, ImageEvidence>();
  const given = data === undefined ? undefined : new MovedImages(data, host);
  const lost = new LostImages();
  for (const [done, { run, wantsFeatures }] of chosen.entries()) {
    throwIfStopped(host, 'evaluate');
    host.emit({ type: 'progress', phase: 'model', done, total: chosen.length });
    const moved = await given?.of(run, evidence.split);
    const looked = await lookAt(run, wantsFeatures, evidence.split, { compile, moved }, host);
    images.set(run.path, looked);
    lost.see(run, looked.answers);
  }
  given?.checkFound();
  for (const run of evidence.runs.filter(isFinished)) {
    if (images.has(run.path) || evidence.split !== 'test') continue;
    throwIfStopped(host, 'evaluate');
    images.set(run.path, { answers: await readPredictions(run, () => undefined), features: undefined });
  }
  return { images, remarks: lost.remarks };
}

async function lookAt(
  run: FinishedRun,
  wantsFeatures: boolean,
  split: Evidence['split'],
  { compile, moved }: { readonly compile: CompileOptions; readonly moved: Moved | undefined },
  host: RunHost,
): Promise<ImageEvidence> {
  const answers = split === 'test' ? await readPredictions(run, moved?.imageOf) : undefined;
  const features = wantsFeatures ? await readFeatures(run) : undefined;
  const hasAll = answers !== undefined && (features !== undefined || !wantsFeatures);
  const folder = await RunFolder.open(run.path);
  if (hasAll || !existsSync(folder.model)) return { answers, features };
  const seen = await see(
    { folder, record: run.record, summary: run.summary },
    { data: moved?.folder, compile, trainImages: 0 },
    host,
  );
  if ('why' in seen) return { answers, features };
  return {
    answers: answers ?? answersOf(seen),
    features: features ?? (wantsFeatures ? featuresOf(seen) : undefined),
  };
}

function answersOf({ shown, split, model }: Seen): Answers {
  const { classes } = model.head;
  return {
    split,
    classes,
    images: shown.images.map((image, i) => ({
      ...answerAt(shown, i, classes.length),
      name: image.name,
      image,
    })),
  };
}

function answerAt({ labels, answers, logits }: LookedAt, i: number, K: number) {
  const [truth, predicted] = [at(labels, i), at(answers, i)];
  const p = softmax(logits.subarray(i * K, (i + 1) * K));
  return { truth, predicted, probability: at(p, predicted), truthProbability: at(p, truth) };
}

function featuresOf({ shown, split, model }: Seen): ImageEvidence['features'] {
  return {
    values: shown.features,
    labels: shown.labels,
    size: model.network.featureSize,
    of: split === 'test' ? 'test images' : 'validation images',
  };
}
