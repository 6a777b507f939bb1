import { z } from 'zod';
import { duration } from '../../duration.js';
import { formatTable } from '../../figures/table.js';
import { formatBytes } from '../../files/format-bytes.js';
import {
  type CatalogEntry,
  catalog,
  isOpened,
  secondsPerEpoch,
  stepMegabytes,
} from '../../models/catalog.js';
import { type CachedModel, cachedModels } from '../../models/hub/cached-models.js';
import { hubSettings } from '../../models/hub/settings.js';
import { launch } from '../../process/launch.js';
import { commandLine } from '../../run/command-line.js';
import { measureSpeed } from '../../run/operations/measure-speed.js';
import { printJson } from '../json.js';
import { print } from '../terminal.js';
import type { Command } from './command.js';

const IMAGES = 1000;

const options = z.strictObject({});

export const command = {
  options,
  arguments: [],
  async run({ json }) {
    const { cache } = hubSettings();
    const cached = await cachedModels(cache);
    const { gflops } = await launch(measureSpeed, {}).result;
    if (!json) return void print(`${asText(cached, cache, gflops).join('\n')}\n`);
    printJson({ type: 'speed', gflops });
    for (const entry of catalog)
      printJson({
        type: 'model',
        ...entry,
        secondsPer1000Images: secondsPerEpoch(entry, IMAGES, gflops),
        stepMegabytes: stepMegabytes(entry),
      });
    for (const model of cached) printJson({ type: 'cached', ...model });
  },
} satisfies Command<typeof options>;

function asText(cached: readonly CachedModel[], cache: string, gflops: number): string[] {
  const opened = catalog.filter(isOpened);
  const others = catalog.filter((entry) => !isOpened(entry));
  const titles = ['model', 'parameters', 'input', 'memory', `${IMAGES} images`, 'licence'];
  const rows = opened.map((entry) => [
    entry.name,
    millions(entry),
    entry.imageSize,
    formatBytes(stepMegabytes(entry) * 1e6),
    duration(secondsPerEpoch(entry, IMAGES, gflops)),
    entry.licence,
  ]);
  return [
    formatTable(
      titles.map((title) => ({ title })),
      rows,
    ),
    '',
    `Estimates. ${IMAGES} images: an epoch of so many, scaled by a matrix product that runs at ${Math.round(gflops)} GFLOP/s`,
    'here now. Memory: a step of 16 images, by a formula (docs/models.md).',
    '',
    ...opened.map(({ name, use }) => `${name}: ${use}`),
    '',
    ...(others.length === 0
      ? []
      : [`Not opened by this version: ${others.map(({ name }) => name).join(', ')}.`, '']),
    ...(cached.length === 0
      ? [`No model is in the cache, ${cache}`]
      : [
          `In the cache, ${cache}`,
          formatTable(
            ['model', 'size', 'commit'].map((title) => ({ title })),
            cached.map(({ name, bytes: size, commits }) => [
              name,
              `${(size / 1e6).toFixed(1)} MB`,
              commits.map((commit) => commit.slice(0, 8)).join(' '),
            ]),
          ),
        ]),
    '',
    `Train one: ${commandLine('train', 'DATA', '--model', 'timm/resnet18.a1_in1k')}`,
  ];
}

function millions({ parameters }: CatalogEntry): string {
  return `${(parameters / 1e6).toFixed(1)} M`;
}
