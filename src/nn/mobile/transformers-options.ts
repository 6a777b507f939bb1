import { z } from 'zod';
import { activationNamed } from '../activation-names.js';
import { type Fields, field, unknownArchitecture } from '../config.js';
import type { MobileNetOptions } from './options.js';

/** What tensors and layouts tell. */
export type Seen = Pick<MobileNetOptions, 'modelType' | 'stem' | 'activation' | 'stages'>;

const positive = z.number().positive();
const whole = z.number().int().min(1);
const numbers = z.array(z.number());

/** Its types of which there are networks here. */
export const transformersTypes: readonly string[] = ['mobilenet_v2', 'efficientnet'];

/**
 * How transformers computes MobileNetV2 and EfficientNet: as TensorFlow does. It hands TensorFlow's decay (0.997, 0.99) to
 * torch as a momentum, which would make running statistics those of the last batch; here it is a decay.
 *
 * @throws AdarandError `model.architecture` where a configuration asks for something else.
 */
export function transformersOptions(
  fields: Fields,
  { modelType, stem, activation, stages }: Seen,
): Pick<MobileNetOptions, 'batchNorm' | 'padding'> {
  const refused = (name: string) => unknownArchitecture(`transformers' ${modelType} with this ${name}`);
  // Its first blocks of a stage have no shortcut; those of other libraries have one where it is possible.
  for (const [s, { stride, blocks }] of stages.entries()) {
    const before = stages[s - 1]?.blocks.at(-1)?.out ?? stem;
    if (stride === 1 && before === blocks[0]?.out) throw refused('width');
  }
  const named = field(fields, 'hidden_act', z.string());
  if (named !== undefined && activationNamed(named) !== activation) throw refused('hidden_act');
  if (modelType === 'mobilenet_v2') {
    if ((field(fields, 'output_stride', z.number()) ?? 32) !== 32) throw refused('output_stride');
    return {
      padding: (field(fields, 'tf_padding', z.boolean()) ?? true) ? 'same' : 'symmetric',
      batchNorm: { epsilon: field(fields, 'layer_norm_eps', positive) ?? 1e-3, momentum: 0.003 },
    };
  }
  if ((field(fields, 'pooling_type', z.string()) ?? 'mean') !== 'mean') throw refused('pooling_type');
  const strides = field(fields, 'strides', numbers);
  if (strides !== undefined && strides.join() !== stages.map(({ stride }) => stride).join())
    throw refused('strides');
  checkPadding(fields, stages, () => refused('depthwise_padding'));
  return {
    padding: 'same',
    batchNorm: { epsilon: field(fields, 'batch_norm_eps', positive) ?? 1e-3, momentum: 0.01 },
  };
}

/** What it pads for the image size of the configuration, by the numbers of blocks, must be TensorFlow's SAME. */
function checkPadding(fields: Fields, stages: Seen['stages'], refused: () => Error): void {
  const size = field(fields, 'image_size', whole);
  if (size === undefined) return;
  if (size % 2 === 1) throw refused();
  let side = size / 2;
  let number = 0;
  const odd: number[] = [];
  const strided: number[] = [];
  for (const { stride, blocks } of stages)
    for (const [i] of blocks.entries()) {
      if (stride === 2 && i === 0) {
        strided.push(number);
        if (side % 2 === 1) odd.push(number);
        side = Math.ceil(side / 2);
      }
      number += 1;
    }
  const given = (field(fields, 'depthwise_padding', numbers) ?? []).filter((block) =>
    strided.includes(block),
  );
  if (given.sort((a, b) => a - b).join() !== odd.join()) throw refused();
}
