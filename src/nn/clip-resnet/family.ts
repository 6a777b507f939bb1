import { z } from 'zod';
import { AdarandError, at } from '../../errors.js';
import { type ArchitectureConfig, field, unknownArchitecture } from '../config.js';
import { countBlocks } from '../count-blocks.js';
import type { BackboneFamily } from '../family.js';
import type { Weights } from '../naming/naming.js';
import { resizePositions } from '../vit/positions.js';
import { type ClipResNetOptions, clipResNet, SHRINKS } from './clip-resnet.js';
import { clipResNetNamings } from './names.js';

const POSITIONS = 'attnpool.positional_embedding';

/** RN50, RN101, RN50x4 and so on of CLIP, in any size that tensors tell. */
export const clipResNets = {
  namings: clipResNetNamings,
  recognise(tensors, config) {
    const options = optionsOf(tensors, config);
    if (options === undefined) return undefined;
    return (weights, { imageSize = options.imageSize } = {}) => {
      if (imageSize % SHRINKS !== 0)
        throw new AdarandError(
          'model.image-size',
          `Images of ${imageSize} pixels do not fit a network that shrinks them by ${SHRINKS}`,
          `Choose a multiple, such as ${Math.max(1, Math.round(imageSize / SHRINKS)) * SHRINKS}.`,
        );
      if ('seed' in weights || imageSize === options.imageSize)
        return clipResNet({ ...options, imageSize }, weights);
      return clipResNet(
        { ...options, imageSize },
        { ...weights, tensors: resized(tensors, options, imageSize) },
      );
    };
  },
  covers: coversClipResNet,
  sizes: {},
} satisfies BackboneFamily;

/** As timm resizes positions. */
function resized(tensors: Weights, { imageSize }: ClipResNetOptions, to: number): Weights {
  const positions = tensors.get(POSITIONS);
  if (positions === undefined) return tensors;
  const grid = { ...positions, shape: [1, ...positions.shape] };
  const change = {
    before: 1,
    from: imageSize / SHRINKS,
    to: to / SHRINKS,
    filter: 'bicubic-antialias',
  } as const;
  const { shape, data } = resizePositions(grid, change);
  return new Map(tensors).set(POSITIONS, { dtype: 'float32', shape: shape.slice(1), data });
}

function optionsOf(tensors: Weights, config: ArchitectureConfig | undefined): ClipResNetOptions | undefined {
  const channels = (name: string) => tensors.get(`${name}.weight`)?.shape[0];
  const [first, second, third] = [channels('conv1'), channels('conv2'), channels('conv3')];
  const average = config?.library === 'timm' && clipName.exec(config.architecture)?.groups?.gap !== undefined;
  if (first === undefined || second === undefined || third === undefined) return undefined;
  const pooled = average ? { side: 7, attention: undefined } : attentionOf(tensors, config);
  if (pooled === undefined) return undefined;
  if (config !== undefined && !coversClipResNet(config))
    throw unknownArchitecture(
      config.library === 'transformers' ? `transformers' ${config.modelType}` : 'This image tower of CLIP',
    );
  const stages = [1, 2, 3, 4].flatMap((stage) => {
    const blocks = countBlocks(tensors, `layer${stage}`);
    const [width, out] = [channels(`layer${stage}.0.conv1`), channels(`layer${stage}.0.conv3`)];
    return width === undefined || out === undefined ? [] : [{ blocks, width, out }];
  });
  if (stages.length < 4) return undefined;
  const depth = 3 * stages.reduce((sum, { blocks }) => sum + blocks, 0) + 2;
  return {
    name: `clip-resnet${depth}`,
    imageSize: pooled.side * SHRINKS,
    stem: [first, second, third],
    stages,
    attention: pooled.attention,
  };
}

/** The attention pooling, and how many places a side of the map has that it was trained with. */
function attentionOf(tensors: Weights, config: ArchitectureConfig | undefined) {
  const positions = tensors.get(POSITIONS);
  const projection = tensors.get('attnpool.c_proj.weight')?.shape[0];
  if (positions?.shape.length !== 2 || projection === undefined) return undefined;
  return {
    side: Math.round(Math.sqrt(at(positions.shape, 0) - 1)),
    attention: { heads: at(positions.shape, 1) / headWidth(config), projection },
  };
}

/** timm's names; `gap` has an average instead of the attention. */
const clipName = /^resnet\d+(x\d+)?_clip(?<gap>_gap)?([.]|$)/;

/** Numbers of each head: 64 in every published network. */
function headWidth(config: ArchitectureConfig | undefined): number {
  if (config?.library !== 'OpenCLIP') return 64;
  return field(visionOf(config.fields), 'head_width', z.number().int().min(1)) ?? 64;
}

function coversClipResNet(config: ArchitectureConfig): boolean {
  switch (config.library) {
    case 'timm':
      return clipName.test(config.architecture);
    case 'transformers':
      return false;
    case 'OpenCLIP':
      return field(visionOf(config.fields), 'layers', z.array(z.number())) !== undefined;
  }
}

function visionOf(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return field(fields, 'vision_cfg', z.record(z.string(), z.unknown())) ?? {};
}
