import { AdarandError } from '../../errors.js';
import type { BoundMethod } from '../../methods/method.js';
import { bindMethod } from '../method/bind-method.js';
import { openMethod } from '../method/open-method.js';
import { checkLabelUse } from './check-label-use.js';
import { checkSource } from './check-source.js';
import { parseOptions } from './parse-options.js';
import { type AskedOptions, type TrainOptions, trainOptionsSchema } from './train-options.js';

/** A run's options and its method, checked as far as possible without data and network. */
export interface CheckedOptions {
  readonly options: AskedOptions;
  readonly method: BoundMethod;
}

/** @throws AdarandError `config.two-lengths`, `config.precision`, and as `parseOptions`, `openMethod`, `bindMethod`, `checkSource` and `checkLabelUse` do. */
export async function checkOptions(given: TrainOptions): Promise<CheckedOptions> {
  const options = parseOptions(trainOptionsSchema, given);
  const { epochs, minutes } = options;
  if (epochs !== undefined && minutes !== undefined)
    throw new AdarandError(
      'config.two-lengths',
      `--epochs ${epochs} and --minutes ${minutes} both say how long the run is`,
      'Give one of them.',
    );
  const { device, precision } = options;
  if (precision !== 'float32' && device !== 'cuda')
    throw new AdarandError(
      'config.precision',
      `--precision ${precision} is how graphics cards of NVIDIA's compute, and the device is ${device}`,
      'Leave it out, or add --device cuda.',
    );
  const method = bindMethod(await openMethod(options.method), options.methodOptions);
  checkSource(method, options.source);
  checkLabelUse(method, options);
  return { options, method };
}
