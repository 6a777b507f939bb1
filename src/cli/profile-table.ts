import { formatTable } from '../figures/table.js';
import { percent } from '../format-accuracy.js';
import { type PartTime, type Profile, type RunPart, runParts, totalOf } from '../run/profile/profile.js';

const described: Readonly<Record<RunPart, string>> = {
  start: 'start of the process',
  open: 'opening the network and the images',
  prepare: 'preparation: features, statistics, probe',
  compile: 'compiling',
  images: 'waiting for images',
  train: 'steps',
  evaluate: 'validation and test',
  diagnose: 'diagnostics',
  save: 'checkpoints and logs',
  finish: 'export, predictions, pictures',
};

/** What the time of a run went into, or that of several together. */
export function profileTable(profile: Profile): string {
  const all = totalOf(profile);
  const row = (title: string, { seconds, onnxruntime_seconds: inside }: PartTime) => [
    title,
    seconds.toFixed(2),
    percent(seconds / all.seconds),
    inside.toFixed(2),
    percent(inside / all.seconds),
  ];
  return formatTable(
    [
      { title: 'where the time went' },
      { title: 'seconds' },
      { title: '' },
      { title: 'in ONNX Runtime' },
      { title: '' },
    ],
    [...runParts.map((part) => row(described[part], profile[part])), row('all', all)],
  );
}
