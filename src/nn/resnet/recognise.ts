import { z } from 'zod';
import { at } from '../../errors.js';
import { type ArchitectureConfig, field, otherArchitecture, unknownArchitecture } from '../config.js';
import { countBlocks } from '../count-blocks.js';
import type { Weights } from '../naming/naming.js';
import type { ResNetOptions, Stage } from './options.js';

/**
 * The options of the ResNet that tensors in timm's names belong to, or undefined for another network.
 *
 * @throws AdarandError `model.architecture` where the configuration names a network that computes something else.
 */
export function resNetOptions(
  tensors: Weights,
  config: ArchitectureConfig | undefined,
): ResNetOptions | undefined {
  const stem = stemOf(tensors);
  const stages = [1, 2, 3, 4].flatMap((stage) => stageOf(tensors, stage) ?? []);
  const second = tensors.get('layer1.0.conv2.weight');
  const shrinks = tensors.has('layer2.0.downsample.0.weight') || tensors.has('layer2.0.downsample.1.weight');
  // CLIP's has more convolutions before its stages.
  if (tensors.has('conv2.weight')) return undefined;
  if (stem === undefined || second === undefined || stages.length < 3 || !shrinks) return undefined;
  const bottleneck = tensors.has('layer1.0.conv3.weight');
  const groups = at(second.shape, 0) / at(second.shape, 1);
  const shortcut = tensors.get('layer2.0.downsample.1.weight')?.shape.length === 4 ? 'average' : 'stride';
  const options = { stem, stages, bottleneck, groups, shortcut } as const;
  return { name: nameOf(options), ...options, ...hiddenOptions(config) };
}

function stemOf(tensors: Weights): ResNetOptions['stem'] | undefined {
  const single = tensors.get('conv1.weight')?.shape;
  if (single !== undefined) {
    const kind = single[2] === 3 ? 'small' : 'standard';
    return { kind, channels: [at(single, 0)] };
  }
  const channels = [0, 3, 6].flatMap((i) => tensors.get(`conv1.${i}.weight`)?.shape[0] ?? []);
  return channels.length === 3 ? { kind: 'deep', channels } : undefined;
}

function stageOf(tensors: Weights, stage: number): Stage | undefined {
  const blocks = countBlocks(tensors, `layer${stage}`);
  const channels = (name: string) => tensors.get(`layer${stage}.0.${name}.weight`)?.shape[0];
  const [width, second] = [channels('conv1'), channels('conv2')];
  if (blocks === 0 || width === undefined || second === undefined) return undefined;
  return { blocks, width, out: channels('conv3') ?? second, squeeze: channels('se.fc1') };
}

/** As timm calls it. */
function nameOf({ stem, stages, bottleneck, groups = 1, shortcut }: Omit<ResNetOptions, 'name'>): string {
  const depth = (bottleneck ? 3 : 2) * stages.reduce((sum, { blocks }) => sum + blocks, 0) + 2;
  const { width, squeeze } = at(stages, 0);
  const se = squeeze === undefined ? '' : 'se';
  const d = stem.kind === 'deep' && shortcut === 'average' ? 'd' : '';
  const small = stem.kind === 'small' ? '-small' : '';
  if (groups > 1) return `${se}resnext${depth}${d}_${groups}x${width / groups}d${small}`;
  if (bottleneck && width > 64) return `wide_${se}resnet${depth}${d}_${width / 64}${small}`;
  return `${se}resnet${depth}${d}${small}`;
}

/** timm's names of what is computed here; others have the same tensors and other mathematics (`resnetaa50`). */
const timmName =
  /^(?:(?:tv|gluon|ssl|swsl|ig)_)?(?:wide_)?(?:se)?resne(?:t|xt)\d+[cdst]?(?:_\d+x\d+d|_2)?(?:[.].*)?$/;

/** Whether a configuration names a network that is computed as here. */
export function coversResNet(config: ArchitectureConfig): boolean {
  if (config.library === 'timm') return timmName.test(config.architecture);
  return config.library === 'transformers' && config.modelType === 'resnet';
}

/** What tensors cannot tell. */
function hiddenOptions(config: ArchitectureConfig | undefined): Pick<ResNetOptions, 'stridedConvolution'> {
  switch (config?.library) {
    case undefined:
      return {};
    case 'timm':
      if (timmName.test(config.architecture)) return {};
      throw otherArchitecture(config);
    case 'transformers': {
      const { modelType, fields } = config;
      if (modelType !== 'resnet') throw otherArchitecture(config);
      const activation = field(fields, 'hidden_act', z.string()) ?? 'relu';
      if (activation !== 'relu') throw unknownArchitecture(`A ResNet with the activation ${activation}`);
      if (field(fields, 'downsample_in_first_stage', z.boolean()) === true)
        throw unknownArchitecture('A ResNet that shrinks its maps in the first stage');
      const first = field(fields, 'downsample_in_bottleneck', z.boolean()) === true;
      return first ? { stridedConvolution: 1 } : {};
    }
    case 'OpenCLIP':
      throw otherArchitecture(config);
  }
}
